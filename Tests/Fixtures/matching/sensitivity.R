# Bounds on biased assignment, by the definitions: for every matched set all 2^n patterns of a binary unseen
# covariate are gone through. Data: lead in the blood of children (Morton et al. 1982, 33 pairs, as in
# Rosenbaum 2002, table 3.5) and made-up sets of different sizes.
# Run in this folder:  Rscript sensitivity.R
suppressPackageStartupMessages(library(jsonlite))
options(digits = 17)
lead <- list(
  treated = c(38, 23, 41, 18, 37, 36, 23, 62, 31, 34, 24, 14, 21, 17, 16, 20, 15, 10, 45, 39, 22, 35, 49, 48, 44, 35, 43, 39, 34, 13, 73, 25, 27),
  control = c(16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10, 16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12, 11, 22, 25, 16, 13, 11, 13))
gammas <- c(1, 1.5, 2, 3, 4, 4.25, 5)
d <- lead$treated - lead$control
wilcoxon <- function(d, gamma) { d <- d[d != 0]; r <- rank(abs(d)); p <- gamma / (1 + gamma)
  pnorm((sum(r[d > 0]) - p * sum(r)) / sqrt(sum(r^2) * p * (1 - p)), lower.tail = FALSE) }
sign_test <- function(d, gamma) pbinom(sum(d > 0) - 1, sum(d != 0), gamma / (1 + gamma), lower.tail = FALSE)
# Zeros ranked and then left out: the printed bounds of Rosenbaum 2002, table 4.2 (0.0018, 0.0136, 0.0388,
# 0.0468 and 0.0740 at 2, 3, 4, 4.25 and 5).
ranked <- function(d, gamma) { r <- rank(abs(d)); k <- d != 0; p <- gamma / (1 + gamma)
  pnorm((sum(r[d > 0]) - p * sum(r[k])) / sqrt(sum(r[k]^2) * p * (1 - p)), lower.tail = FALSE) }
scores_of <- function(sets, huber) {
  s <- median(abs(unlist(lapply(sets, function(y) { m <- outer(y, y, "-"); m[row(m) != col(m)] }))))
  psi <- function(x) if (huber) sign(x) * pmin(1, abs(x / s) / 2.5) else x
  lapply(sets, function(y) sapply(seq_along(y), function(i) sum(psi(y[i] - y[-i]))) /
    (if (huber) length(y) else (length(y) - 1) * length(sets)))
}
m_bound <- function(sets, gamma, huber) {
  q <- scores_of(sets, huber)
  worst <- sapply(q, function(q) { n <- length(q); best <- c(-Inf, 0)
    for (pattern in 0:(2^n - 1)) { u <- as.integer(intToBits(pattern))[1:n]; p <- gamma^u / sum(gamma^u)
      m <- sum(p * q); v <- sum(p * q^2) - m^2
      if (m > best[1] + 1e-12) best <- c(m, v) else if (abs(m - best[1]) <= 1e-12) best[2] <- max(best[2], v) }
    best })
  statistic <- sum(sapply(q, `[`, 1))
  pnorm((statistic - sum(worst[1, ])) / sqrt(sum(worst[2, ])), lower.tail = FALSE)
}
set.seed(7)
sizes <- rep(c(2, 3, 4, 5), length.out = 24)
sets <- lapply(sizes, function(n) round(rnorm(n) + c(0.9, rep(0, n - 1)), 3))
# The first unit is treated and the others are not; in every fifth set the first is the comparator instead.
turned <- seq_along(sets) %% 5 == 0
sets[turned] <- lapply(sets[turned], function(y) -y)   # as a design would hold them
oriented <- Map(function(y, t) if (t) -y else y, sets, turned)
table_of <- function(f) lapply(gammas, f)
star <- function(p, alpha = 0.05) if (p(1) > alpha) NULL else uniroot(function(g) p(g) - alpha, c(1, 500), tol = 1e-13)$root
pairs <- Map(c, lead$treated, lead$control)
writeLines(toJSON(list(gammas = gammas, lead = c(lead, list(
  wilcoxon = sapply(gammas, wilcoxon, d = d), sign = sapply(gammas, sign_test, d = d),
  ranked = sapply(gammas, ranked, d = d), huber = sapply(gammas, function(g) m_bound(pairs, g, TRUE)), t = sapply(gammas, function(g) m_bound(pairs, g, FALSE)),
  star = list(wilcoxon = star(function(g) wilcoxon(d, g)), sign = star(function(g) sign_test(d, g)),
    huber = star(function(g) m_bound(pairs, g, TRUE)), t = star(function(g) m_bound(pairs, g, FALSE))))),
  sets = list(values = sets, turned = turned, huber = sapply(gammas, function(g) m_bound(oriented, g, TRUE)),
    t = sapply(gammas, function(g) m_bound(oriented, g, FALSE)))), digits = NA, auto_unbox = TRUE), "sensitivity.json")
print(round(rbind(gammas, wilcoxon = sapply(gammas, wilcoxon, d = d), sign = sapply(gammas, sign_test, d = d)), 4))
