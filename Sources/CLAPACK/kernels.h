#pragma once
// C = alpha op(A) op(B) + beta C with the processor's widest vectors, for machines whose BLAS does not use
// them: the reference BLAS, and an OpenBLAS older than the processor, which falls back to its oldest kernel.
//
// Blocks of A and B are copied into panels that lie in cache in the order in which they are read (Goto &
// van de Geijn 2008, doi:10.1145/1356052.1356053); the innermost loop keeps a tile of C in registers.
// Every sum runs in the order of the inner dimension, whatever the sizes of the panels.
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)

typedef double counterpart_v8 __attribute__((vector_size(64), aligned(8)));
typedef double counterpart_v4 __attribute__((vector_size(32), aligned(8)));

enum {
  counterpart_inner = 256,
  counterpart_tall = 192,
  counterpart_wide = 512,
};

// A tile of 24 x 8 of alpha A B, added to C.
__attribute__((target("avx512f"))) static void counterpart_tile_512(
    long k, const double *a, const double *b, double alpha, double *c, long ldc) {
  counterpart_v8 t[8][3];
#pragma clang loop unroll(full)
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < 3; i++) t[j][i] = (counterpart_v8){0};
  for (long p = 0; p < k; p++) {
    const counterpart_v8 a0 = *(const counterpart_v8 *)a, a1 = *(const counterpart_v8 *)(a + 8),
                         a2 = *(const counterpart_v8 *)(a + 16);
#pragma clang loop unroll(full)
    for (int j = 0; j < 8; j++) {
      t[j][0] += a0 * b[j];
      t[j][1] += a1 * b[j];
      t[j][2] += a2 * b[j];
    }
    a += 24;
    b += 8;
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < 8; j++) {
    counterpart_v8 *to = (counterpart_v8 *)(c + j * ldc);
    to[0] += alpha * t[j][0];
    to[1] += alpha * t[j][1];
    to[2] += alpha * t[j][2];
  }
}

// A tile of 12 x 4.
__attribute__((target("avx2,fma"))) static void counterpart_tile_256(
    long k, const double *a, const double *b, double alpha, double *c, long ldc) {
  counterpart_v4 t[4][3];
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 3; i++) t[j][i] = (counterpart_v4){0};
  for (long p = 0; p < k; p++) {
    const counterpart_v4 a0 = *(const counterpart_v4 *)a, a1 = *(const counterpart_v4 *)(a + 4),
                         a2 = *(const counterpart_v4 *)(a + 8);
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
      t[j][0] += a0 * b[j];
      t[j][1] += a1 * b[j];
      t[j][2] += a2 * b[j];
    }
    a += 12;
    b += 4;
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    counterpart_v4 *to = (counterpart_v4 *)(c + j * ldc);
    to[0] += alpha * t[j][0];
    to[1] += alpha * t[j][1];
    to[2] += alpha * t[j][2];
  }
}

// Strips of `tile` rows of a matrix of given strides, each column after column; what is missing is zero.
static void counterpart_pack(
    const double *from, long rows, long columns, long row_stride, long column_stride, long tile,
    double *to) {
  for (long first = 0; first < rows; first += tile) {
    const long count = rows - first < tile ? rows - first : tile;
    const double *strip = from + first * row_stride;
    if (count == tile && row_stride == 1) {
      for (long p = 0; p < columns; p++, to += tile)
        memcpy(to, strip + p * column_stride, (size_t)tile * sizeof(double));
      continue;
    }
    for (long p = 0; p < columns; p++, to += tile) {
      const double *column = strip + p * column_stride;
      for (long i = 0; i < count; i++) to[i] = column[i * row_stride];
      for (long i = count; i < tile; i++) to[i] = 0;
    }
  }
}

static inline long counterpart_vector_width(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return 8;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : 0;
}

// How many numbers of scratch a product takes.
static inline long counterpart_scratch(void) {
  return counterpart_inner * (counterpart_tall + counterpart_wide);
}

// `width`: what counterpart_vector_width gave; `scratch`: counterpart_scratch() numbers.
static inline void counterpart_multiply(
    long width, int transpose_a, int transpose_b, long m, long n, long k, double alpha,
    const double *a, long lda, const double *b, long ldb, double beta, double *c, long ldc,
    double *scratch) {
  const long tall = 3 * width, wide = width;
  double tile[24 * 8];
  double *panel_a = scratch, *panel_b = scratch + counterpart_inner * counterpart_tall;
  if (beta != 1)
    for (long j = 0; j < n; j++)
      for (long i = 0; i < m; i++) c[j * ldc + i] = beta == 0 ? 0 : beta * c[j * ldc + i];
  for (long right = 0; right < n; right += counterpart_wide) {
    const long columns = n - right < counterpart_wide ? n - right : counterpart_wide;
    for (long inner = 0; inner < k; inner += counterpart_inner) {
      const long depth = k - inner < counterpart_inner ? k - inner : counterpart_inner;
      counterpart_pack(
          transpose_b ? b + inner * ldb + right : b + right * ldb + inner, columns, depth,
          transpose_b ? 1 : ldb, transpose_b ? ldb : 1, wide, panel_b);
      for (long top = 0; top < m; top += counterpart_tall) {
        const long rows = m - top < counterpart_tall ? m - top : counterpart_tall;
        counterpart_pack(
            transpose_a ? a + top * lda + inner : a + inner * lda + top, rows, depth,
            transpose_a ? lda : 1, transpose_a ? 1 : lda, tall, panel_a);
        for (long j = 0; j < columns; j += wide)
          for (long i = 0; i < rows; i += tall) {
            const double *left = panel_a + i * depth, *over = panel_b + j * depth;
            double *to = c + (right + j) * ldc + top + i;
            if (i + tall <= rows && j + wide <= columns) {
              if (width == 8) counterpart_tile_512(depth, left, over, alpha, to, ldc);
              else counterpart_tile_256(depth, left, over, alpha, to, ldc);
              continue;
            }
            memset(tile, 0, sizeof tile);
            if (width == 8) counterpart_tile_512(depth, left, over, alpha, tile, tall);
            else counterpart_tile_256(depth, left, over, alpha, tile, tall);
            const long height = rows - i < tall ? rows - i : tall;
            const long count = columns - j < wide ? columns - j : wide;
            for (long q = 0; q < count; q++)
              for (long r = 0; r < height; r++) to[q * ldc + r] += tile[q * tall + r];
          }
      }
    }
  }
}

#else

static inline long counterpart_vector_width(void) { return 0; }
static inline long counterpart_scratch(void) { return 0; }
static inline void counterpart_multiply(
    long width, int transpose_a, int transpose_b, long m, long n, long k, double alpha,
    const double *a, long lda, const double *b, long ldb, double beta, double *c, long ldc,
    double *scratch) {
  (void)width, (void)transpose_a, (void)transpose_b, (void)m, (void)n, (void)k, (void)alpha;
  (void)a, (void)lda, (void)b, (void)ldb, (void)beta, (void)c, (void)ldc, (void)scratch;
}

#endif
