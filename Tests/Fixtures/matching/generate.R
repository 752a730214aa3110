# Reference results for matching and regression, computed by R itself and by the plain, dense formulas
# below. Data: High School and Beyond, 160 schools, from Debian's r-cran-mlmrev (Hsb82), pupils averaged.
# Run in this folder:  Rscript generate.R
suppressPackageStartupMessages({library(mlmRev); library(jsonlite)})
options(digits = 17)
write_json_file <- function(x, file)
  writeLines(toJSON(x, digits = NA, auto_unbox = TRUE, na = "null", matrix = "columnmajor"), file)

data(Hsb82)
schools <- do.call(rbind, lapply(split(Hsb82, as.character(Hsb82$school)), function(d) data.frame(
  school = as.character(d$school[1]), treat = as.integer(d$sector[1] == "Catholic"), n = nrow(d),
  mean_ses = mean(d$ses), sd_ses = sd(d$ses), minority_share = mean(d$minrty == "Yes"),
  female_share = mean(d$sx == "Female"), mach = mean(d$mAch))))
schools <- schools[order(schools$school), ]
cuts <- quantile(schools$n, c(1/3, 2/3), type = 1)
schools$size_band <- ifelse(schools$n <= cuts[1], "small",
                     ifelse(schools$n <= cuts[2], "medium", "large"))
covariates <- c("n", "mean_ses", "sd_ses", "minority_share", "female_share")
tight <- glm.control(epsilon = 1e-15, maxit = 100)

## ---- sandwich covariances by the dense definitions
robust <- function(fit_x, y, w, contrast, cluster = NULL, kind) {
  n <- nrow(fit_x); k <- ncol(fit_x)
  M <- solve(t(fit_x) %*% (w * fit_x)); b <- M %*% (t(fit_x) %*% (w * y)); e <- drop(y - fit_x %*% b)
  H <- fit_x %*% M %*% t(w * fit_x)
  if (kind == "hc3") {
    meat <- t(fit_x) %*% (((w * e / (1 - diag(H)))^2) * fit_x); df <- n - k
  } else {
    groups <- split(seq_len(n), factor(cluster, unique(cluster))); G <- length(groups)
    if (kind == "cr1") {
      meat <- Reduce(`+`, lapply(groups, function(g) tcrossprod(crossprod(fit_x[g, , drop = FALSE], w[g] * e[g]))))
      meat <- meat * G / (G - 1) * (n - 1) / (n - k); df <- G - 1
    } else {
      I <- diag(n); R <- I - H
      root <- function(g) { B <- R[g, , drop = FALSE] %*% t(R[g, , drop = FALSE])
        s <- eigen(B, symmetric = TRUE)
        s$vectors %*% (ifelse(s$values > 1e-10, 1 / sqrt(pmax(s$values, 1e-300)), 0) * t(s$vectors)) }
      A <- lapply(groups, root)
      meat <- Reduce(`+`, Map(function(g, a)
        tcrossprod(crossprod(fit_x[g, , drop = FALSE], w[g] * drop(a %*% e[g]))), groups, A))
      P <- sapply(seq_len(G), function(i) { g <- groups[[i]]
        drop(t(R[g, , drop = FALSE]) %*% A[[i]] %*% (w[g] * (fit_x[g, , drop = FALSE] %*% (M %*% contrast)))) })
      omega <- crossprod(P); df <- sum(diag(omega))^2 / sum(omega^2)
    }
  }
  list(estimate = sum(contrast * b), se = sqrt(drop(t(contrast) %*% M %*% meat %*% M %*% contrast)), df = df)
}

## ---- greedy matching, one unit at a time over the full table of distances
greedy <- function(D, order, ratio = 1, replace = FALSE, limit = Inf) {
  left <- rep(TRUE, ncol(D)); out <- NULL
  for (k in seq_len(ratio)) for (i in order) {
    ok <- which(left & D[i, ] <= limit & !(colnames(D) %in% out$control[out$treated == rownames(D)[i]]))
    if (!length(ok)) next
    j <- ok[which.min(D[i, ok])]; if (!replace) left[j] <- FALSE
    out <- rbind(out, data.frame(treated = rownames(D)[i], control = colnames(D)[j], k = k,
                                 distance = D[i, j]))
  }
  out
}
weights_of <- function(pairs, ids, treat) {
  w <- setNames(numeric(length(ids)), ids); share <- table(pairs$treated)
  w[unique(pairs$treated)] <- 1
  for (r in seq_len(nrow(pairs))) w[pairs$control[r]] <- w[pairs$control[r]] + 1 / share[[pairs$treated[r]]]
  used <- w > 0 & treat == 0; w[used] <- w[used] / mean(w[used]); unname(w)
}
balance_of <- function(x, t, w) {
  wv <- function(x, w) { w <- w / sum(w); sum(w * (x - sum(w * x))^2) / (1 - sum(w^2)) }
  m1 <- weighted.mean(x[t == 1], w[t == 1]); m0 <- weighted.mean(x[t == 0], w[t == 0])
  v <- sort(unique(x)); F <- function(g) sapply(v, function(q) sum(w[t == g & x <= q]) / sum(w[t == g]))
  d <- abs(F(1) - F(0))
  list(mean_treated = m1, mean_control = m0, smd = (m1 - m0) / sd(x[t == 1]),
       variance_ratio = wv(x[t == 1], w[t == 1]) / wv(x[t == 0], w[t == 0]), ecdf_mean = mean(d), ecdf_max = max(d))
}

t <- schools$treat; ids <- schools$school; y <- schools$mach
X <- as.matrix(schools[covariates]); rownames(X) <- ids
fit <- glm(treat ~ n + mean_ses + sd_ses + minority_share + female_share, binomial, schools, control = tight)
eta <- setNames(predict(fit), ids)
Dl <- abs(outer(eta[t == 1], eta[t == 0], "-"))
S <- (crossprod(scale(X[t == 1, ], scale = FALSE)) + crossprod(scale(X[t == 0, ], scale = FALSE))) / (nrow(X) - 2)
Dm <- sqrt(t(apply(X[t == 1, ], 1, function(r) mahalanobis(X[t == 0, ], r, S))))
sds <- sqrt(diag(S)); Z <- sweep(X, 2, sds, "/")
De <- as.matrix(dist(Z))[ids[t == 1], ids[t == 0]]
largest <- order(-eta[t == 1]); caliper <- 0.2 * sqrt((var(eta[t == 1]) + var(eta[t == 0])) / 2)
designs <- list(
  nearest_logit = greedy(Dl, largest),
  nearest_logit_caliper = greedy(Dl, largest, limit = caliper),
  nearest_logit_replace = greedy(Dl, largest, replace = TRUE),
  nearest_logit_replace_ratio3 = greedy(Dl, largest, replace = TRUE, ratio = 3),
  nearest_mahalanobis = greedy(Dm, seq_len(nrow(Dm))),
  nearest_scaled_euclidean = greedy(De, seq_len(nrow(De))))
adjust <- c("mean_ses", "minority_share")
describe <- function(pairs) {
  w <- weights_of(pairs, ids, t); used <- which(w > 0)
  set <- setNames(rep(NA_integer_, length(ids)), ids)
  for (r in seq_len(nrow(pairs))) set[c(pairs$treated[r], pairs$control[r])] <- match(pairs$treated[r], ids)
  Xu <- X[used, adjust]; tu <- t[used]; wu <- w[used]
  plain <- cbind(1, tu); full <- cbind(1, tu, Xu, tu * Xu)
  means <- colSums(Xu[tu == 1, ] * wu[tu == 1]) / sum(wu[tu == 1])
  reused <- any(duplicated(pairs$control))
  kinds <- if (reused) "hc3" else c("cr1", "cr2", "hc3")
  effects <- function(x, contrast) setNames(lapply(kinds, function(kind)
    robust(x, y[used], wu, contrast, set[used], kind)), kinds)
  list(pairs = pairs, weights = w, ess_control = sum(w[t == 0])^2 / sum(w[t == 0]^2),
       balance = setNames(lapply(covariates, function(v) balance_of(X[, v], t, w)), covariates),
       unadjusted = effects(plain, c(0, 1)), adjusted = effects(full, c(0, 1, 0, 0, means)))
}
write_json_file(list(
  data = c(as.list(schools[c("school", "treat", covariates, "mach", "size_band")])),
  caliper = caliper, logit = unname(eta), designs = lapply(designs, describe)), "schools.json")

## ---- regressions
set.seed(20)
# glm stops on the deviance and takes its covariance from the step before: go on to the very end.
# The complement of a probability near one is computed on its own, which glm's families do not do.
polish <- function(fit, p, density) { x <- model.matrix(fit); y <- fit$y; b <- coef(fit)
  for (i in 1:300) { e <- drop(x %*% b); m <- p(e); q <- p(-e); d <- density(e); w <- d^2 / (m * q)
    V <- solve(t(x) %*% (w * x)); b <- b + drop(V %*% (t(x) %*% (d / (m * q) * ifelse(y == 1, q, -m)))) }
  e <- drop(x %*% b)
  list(coefficients = unname(b), se = unname(sqrt(diag(V))), deviance = -2 * sum(log(p(ifelse(y == 1, e, -e))))) }
probit <- glm(treat ~ n + mean_ses + sd_ses + minority_share + female_share, binomial("probit"), schools, control = tight)
firth <- function(x, y) {          # Newton on the score of the penalised likelihood, dense
  b <- numeric(ncol(x))
  for (i in 1:500) { p <- plogis(drop(x %*% b)); W <- p * (1 - p); I <- solve(t(x) %*% (W * x))
    h <- W * rowSums((x %*% I) * x); step <- drop(I %*% (t(x) %*% (y - p + h * (0.5 - p))))
    b <- b + step * min(1, 1 / max(abs(step))); if (max(abs(step)) < 1e-14) break }
  b
}
x1 <- c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12); x2 <- c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)
ys <- as.numeric(x1 > 6)
weights <- round(0.5 + runif(nrow(schools)) * 2, 6); cluster <- rep(1:23, length.out = nrow(schools))
cluster[cluster > 20] <- 20
lx <- cbind(1, X[, c("mean_ses", "sd_ses", "minority_share")])
lfit <- lm(y ~ lx[, -1], weights = weights)
write_json_file(list(
  logit = polish(fit, plogis, dlogis), probit = polish(probit, pnorm, dnorm),
  firth = list(x1 = x1, x2 = x2, y = ys, coefficients = firth(cbind(1, x1, x2), ys)),
  weighted = list(weights = weights, cluster = cluster, coefficients = unname(coef(lfit)),
    leverages = unname(hatvalues(lfit)), variance = summary(lfit)$sigma^2,
    robust = lapply(setNames(c("hc3", "cr1", "cr2"), c("hc3", "cr1", "cr2")), function(kind)
      lapply(1:4, function(j) robust(lx, y, weights, as.numeric(1:4 == j), cluster, kind))))),
  "regression.json")
writeLines(c(R.version.string, paste("mlmRev", packageVersion("mlmRev")), paste("jsonlite", packageVersion("jsonlite"))),
           "session.txt")
