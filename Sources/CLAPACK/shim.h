#pragma once
// The Fortran entry points of LAPACK and BLAS that LinearAlgebra calls, declared here because Debian's
// C headers move with its alternatives: with these declarations one binary runs on the reference
// libraries or on OpenBLAS, whichever the distribution has selected.
// Integers are 32 bits wide; gfortran passes the length of each CHARACTER argument by value at the end.
#include <stddef.h>
#include <stdint.h>

void dpotrf_(const char *uplo, const int32_t *n, double *a, const int32_t *lda, int32_t *info, size_t);
void dpotri_(const char *uplo, const int32_t *n, double *a, const int32_t *lda, int32_t *info, size_t);
void dpotrs_(const char *uplo, const int32_t *n, const int32_t *nrhs, const double *a,
             const int32_t *lda, double *b, const int32_t *ldb, int32_t *info, size_t);
void dtrsm_(const char *side, const char *uplo, const char *transa, const char *diag, const int32_t *m,
            const int32_t *n, const double *alpha, const double *a, const int32_t *lda, double *b,
            const int32_t *ldb, size_t, size_t, size_t, size_t);
void dgemm_(const char *transa, const char *transb, const int32_t *m, const int32_t *n, const int32_t *k,
            const double *alpha, const double *a, const int32_t *lda, const double *b, const int32_t *ldb,
            const double *beta, double *c, const int32_t *ldc, size_t, size_t);
void dsyrk_(const char *uplo, const char *trans, const int32_t *n, const int32_t *k, const double *alpha,
            const double *a, const int32_t *lda, const double *beta, double *c, const int32_t *ldc, size_t,
            size_t);
void dsymm_(const char *side, const char *uplo, const int32_t *m, const int32_t *n, const double *alpha,
            const double *a, const int32_t *lda, const double *b, const int32_t *ldb, const double *beta,
            double *c, const int32_t *ldc, size_t, size_t);
void dsyev_(const char *jobz, const char *uplo, const int32_t *n, double *a, const int32_t *lda, double *w,
            double *work, const int32_t *lwork, int32_t *info, size_t, size_t);
void dgeqp3_(const int32_t *m, const int32_t *n, double *a, const int32_t *lda, int32_t *jpvt, double *tau,
             double *work, const int32_t *lwork, int32_t *info);

// Only OpenBLAS has these: a weak symbol is null under any other BLAS.
extern void openblas_set_num_threads(int) __attribute__((weak));
extern char *openblas_get_config(void) __attribute__((weak));

// Swift cannot test a weak function for null, hence these two.
static inline int counterpart_blas_set_threads(int count) {
  if (!openblas_set_num_threads) return 0;
  openblas_set_num_threads(count);
  return 1;
}
static inline const char *counterpart_blas_name(void) {
  return openblas_get_config ? openblas_get_config() : "reference";
}
