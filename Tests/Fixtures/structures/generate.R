# Reference fits of covariance structures, by packages where one offers them and by the likelihood written
# out with dense matrices otherwise, each brought to its optimum by Newton steps on numerical derivatives.
# Run in this folder: Rscript generate.R
suppressMessages({library(nlme); library(lme4); library(numDeriv); library(jsonlite); library(Matrix)})
write <- function(x, file) writeLines(toJSON(x, digits = I(17), auto_unbox = TRUE, pretty = TRUE), file)
csv <- function(d, file) {
  for (k in names(d)) if (is.numeric(d[[k]])) d[[k]] <- ifelse(is.na(d[[k]]), "", sprintf("%.17g", d[[k]]))
  write.csv(d, file, row.names = FALSE, quote = FALSE, na = "")
}
guarded <- function(f) function(t) { v <- try(f(t), silent = TRUE); if (is.numeric(v) && is.finite(v)) v else 1e10 }
# Newton steps to where the gradient is rounding.
polish <- function(f, par) {
  for (i in 1:8) {
    g <- grad(f, par); step <- solve(hessian(f, par), g); par <- par - step
    if (max(abs(step)) < 1e-9) break
  }
  list(par = par, gradient = max(abs(grad(f, par))), hessian = hessian(f, par))
}
# -2 log (restricted) likelihood of y ~ N(X b, s2 * V), V block-diagonal by `blocks`, b and s2 profiled out.
profiled <- function(y, X, blocks, V, reml) {
  xx <- 0; xy <- 0; yy <- 0; ld <- 0
  for (rows in blocks) {
    L <- t(chol(V(rows)))
    a <- forwardsolve(L, X[rows, , drop = FALSE]); b <- forwardsolve(L, y[rows])
    xx <- xx + crossprod(a); xy <- xy + crossprod(a, b); yy <- yy + sum(b^2); ld <- ld + 2 * sum(log(diag(L)))
  }
  beta <- solve(xx, xy); r2 <- drop(yy - crossprod(xy, beta)); d <- length(y) - (if (reml) ncol(X) else 0)
  dev <- ld + d * (1 + log(2 * pi * r2 / d)) + (if (reml) as.numeric(determinant(xx)$modulus) else 0)
  list(deviance = dev, beta = drop(beta), vcov = r2 / d * solve(xx), sigma = sqrt(r2 / d))
}
# Satterthwaite's degrees of freedom of each coefficient, all variance parameters and sigma counted.
satterthwaite <- function(y, X, blocks, V, par, reml) {
  pieces <- function(q) { # at (par, sigma): X'V^-1X in data units and -2 log likelihood, beta profiled out
    s2 <- q[length(q)]^2; f <- profiled(y, X, blocks, V(q[-length(q)]), reml)
    d <- length(y) - (if (reml) ncol(X) else 0); r2 <- f$sigma^2 * d
    cov <- f$vcov / f$sigma^2 * s2 # s2 (X'V^-1X)^-1
    list(value = f$deviance - d * (1 + log(2 * pi * r2 / d)) + d * log(2 * pi * s2) + r2 / s2, variances = diag(cov))
  }
  q <- c(par, profiled(y, X, blocks, V(par), reml)$sigma)
  spread <- 2 * solve(hessian(function(z) pieces(z)$value, q))
  slopes <- jacobian(function(z) pieces(z)$variances, q); v <- pieces(q)$variances
  sapply(seq_along(v), function(k) 2 * v[k]^2 / drop(slopes[k, ] %*% spread %*% slopes[k, ]))
}
report <- function(fit, p, extra) c(list(deviance = fit$deviance, beta = unname(fit$beta),
  vcov = unname(fit$vcov), sigma = fit$sigma, gradient = p$gradient), extra)

# Multiple membership: pupils with one to three schools, authorities beside them.
set.seed(20241); n <- 400; ns <- 30
k <- sample(1:3, n, TRUE, c(.6, .3, .1))
g <- t(sapply(1:n, function(i) sample(ns, 3))); g[cbind(rep(1:n, 3), rep(1:3, each = n))[rep(1:3, each = n) > rep(k, 3), ]] <- NA
w <- t(sapply(1:n, function(i) { z <- round(runif(k[i], .2, 1), 2); c(z / sum(z), rep(0, 3 - k[i])) }))
area <- sample(12, n, TRUE); x <- round(rnorm(n), 4)
W <- matrix(0, n, ns); for (i in 1:n) for (j in 1:k[i]) W[i, g[i, j]] <- w[i, j]
y <- round(.2 + .5 * x + drop(W %*% rnorm(ns, 0, .6)) + drop(W %*% rnorm(ns, 0, .3)) * x + rnorm(12, 0, .4)[area] + rnorm(n, 0, .7), 5)
d <- data.frame(school1 = g[, 1], school2 = g[, 2], school3 = g[, 3], w1 = w[, 1], w2 = w[, 2], w3 = w[, 3], area, x, y)
csv(d, "memberships.csv")
X <- cbind(1, x); A <- outer(area, area, "==") + 0; WW <- tcrossprod(W); WX <- W * x
all <- list(1:n); mm <- list()
for (reml in c(TRUE, FALSE)) {
  V <- function(t) function(r) diag(n) + t[1]^2 * WW
  f <- function(t) profiled(y, X, all, V(t), reml)$deviance
  p <- polish(f, optimize(f, c(0, 3))$minimum)
  fit <- profiled(y, X, all, V(p$par), reml)
  S <- V(p$par)(1); e <- y - X %*% fit$beta
  modes <- drop(p$par^2 * t(W) %*% solve(S, e))
  cond <- fit$sigma^2 * p$par^2 * diag(diag(ns) - p$par^2 * t(W) %*% solve(S, W))
  mm[[if (reml) "intercept_reml" else "intercept_ml"]] <- report(fit, p, list(theta = p$par, modes = modes, conditional = cond))
  # A slope on the memberships, crossed with areas: θ of areas first, then λ of the memberships.
  V <- function(t) function(r) diag(n) + t[1]^2 * A + tcrossprod(t[2] * W + t[3] * WX) + tcrossprod(t[4] * WX)
  f <- function(t) profiled(y, X, all, V(t), reml)$deviance
  p <- polish(f, optim(c(.5, .5, .1, .4), f, method = "BFGS", control = list(reltol = 1e-13))$par)
  fit <- profiled(y, X, all, V(p$par), reml)
  mm[[if (reml) "slope_reml" else "slope_ml"]] <- report(fit, p, list(theta = p$par))
}
write(mm, "memberships.json")

# Residual variance by class: nlme's varIdent, brought to the optimum of its own likelihood.
d <- read.csv("../multilevel/Exam.csv"); d$school <- factor(d$school); X <- model.matrix(~ standLRT + sex, d); male <- d$sex == "M"
blocks <- split(seq_len(nrow(d)), d$school); out <- list()
for (reml in c(TRUE, FALSE)) {
  V <- function(t) function(r) { Z <- cbind(1, d$standLRT[r]); L <- matrix(c(t[1], t[2], 0, t[3]), 2)
    tcrossprod(Z %*% L) + diag(exp(2 * t[4] * male[r])) }
  f <- guarded(function(t) profiled(d$normexam, X, blocks, V(t), reml)$deviance)
  m <- lme(normexam ~ standLRT + sex, d, random = ~ standLRT | school, weights = varIdent(form = ~ 1 | sex), method = if (reml) "REML" else "ML")
  p <- polish(f, optim(c(.4, .08, .14, .1), f, method = "BFGS", control = list(reltol = 1e-13))$par)
  fit <- profiled(d$normexam, X, blocks, V(p$par), reml)
  out[[if (reml) "exam_reml" else "exam_ml"]] <- report(fit, p, list(df = satterthwaite(d$normexam, X, blocks, V, p$par, reml), theta = p$par[1:3], log_ratio = p$par[4],
    log_ratio_se = sqrt(2 * solve(p$hessian)[4, 4]), nlme_log_likelihood = as.numeric(logLik(m)),
    # nlme's reference is the class of the first row, a girl.
    nlme_log_ratio = as.numeric(coef(m$modelStruct$varStruct))))
}
write(out, "dispersion.json")

# Autoregressive residuals: nlme's corAR1, and corCAR1 with days left out.
s <- read.csv("../multilevel/sleepstudy.csv"); out <- list()
gap <- s[!(seq_len(nrow(s)) %% 7 %in% c(2, 3)), ]
for (set in c("full", "gaps")) for (slope in c(FALSE, TRUE)) for (reml in c(TRUE, FALSE)) {
  d <- if (set == "full") s else gap
  X <- model.matrix(~ Days, d); blocks <- split(seq_len(nrow(d)), d$Subject)
  V <- function(t) function(r) { Z <- if (slope) cbind(1, d$Days[r]) %*% matrix(c(t[2], t[3], 0, t[4]), 2) else t[2] * cbind(1 + 0 * d$Days[r])
    tcrossprod(Z) + tanh(t[1])^abs(outer(d$Days[r], d$Days[r], "-")) }
  f <- guarded(function(t) profiled(d$Reaction, X, blocks, V(t), reml)$deviance)
  start <- if (slope) c(.5, .8, .02, .2) else c(.7, .8)
  p <- polish(f, optim(start, f, method = "BFGS", control = list(reltol = 1e-13))$par)
  fit <- profiled(d$Reaction, X, blocks, V(p$par), reml)
  m <- try(lme(Reaction ~ Days, d, random = if (slope) ~ Days | Subject else ~ 1 | Subject, method = if (reml) "REML" else "ML",
    correlation = if (set == "full") corAR1(.3, form = ~ Days | Subject) else corCAR1(.3, form = ~ Days | Subject)), silent = TRUE)
  out[[paste0(set, if (slope) "_slope" else "_intercept", if (reml) "_reml" else "_ml")]] <- report(fit, p, list(df = satterthwaite(d$Reaction, X, blocks, V, p$par, reml),
    theta = p$par[-1], rho = tanh(p$par[1]), rho_se = sqrt(2 * solve(p$hessian)[1, 1]) / cosh(p$par[1])^2,
    nlme_log_likelihood = if (inherits(m, "try-error")) NULL else as.numeric(logLik(m)),
    nlme_rho = if (inherits(m, "try-error")) NULL else as.numeric(coef(m$modelStruct$corStruct, unconstrained = FALSE))))
}
csv(gap, "sleep_gaps.csv"); write(out, "serial.json")

# Design weights: the weighted pseudo-likelihood of a two-level model, maximised directly; sandwich over schools.
set.seed(77); ns <- 40; size <- sample(5:14, ns, TRUE); school <- rep(1:ns, size); n <- sum(size)
x <- round(rnorm(n), 4); u <- rnorm(ns, 0, .6); b <- rnorm(ns, 0, .3); y <- round(1 + .5 * x + u[school] + b[school] * x + rnorm(n, 0, .8), 5)
wp <- round(runif(n, .5, 3), 3); ws <- round(runif(ns, .5, 4), 3)[school]
csv(data.frame(school, x, y, wp, ws), "design.csv")
X <- cbind(1, x); rows <- split(1:n, school); out <- list()
scale <- function(w, how) unlist(lapply(rows, function(r) w[r] * switch(how, none = 1, size = length(r) / sum(w[r]), effective = sum(w[r]) / sum(w[r]^2))))
# Minus twice the weighted log likelihood of one school, by the marginal density of the random effects.
school_value <- function(par, r, w, slope) {
  p <- 2; beta <- par[1:p]; s2 <- exp(2 * par[p + 1]); e <- y[r] - X[r, ] %*% beta
  L <- if (slope) matrix(c(par[4], par[5], 0, par[6]), 2) else matrix(par[4]); Z <- if (slope) cbind(1, x[r]) else cbind(rep(1, length(r)))
  G <- tcrossprod(L) # in data units
  M <- diag(ncol(Z)) + t(L) %*% (t(Z) %*% (w * Z)) %*% L / s2
  q <- sum(w * e^2) / s2 - crossprod(crossprod(Z, w * e) / s2, L %*% solve(M, t(L) %*% (crossprod(Z, w * e) / s2)))
  sum(w) * log(2 * pi * s2) + as.numeric(determinant(M)$modulus) + drop(q)
}
for (slope in c(FALSE, TRUE)) for (how in c("size", "effective", "none")) {
  w <- scale(wp, how); v <- ws[sapply(rows, `[`, 1)]
  f <- function(par) sum(sapply(1:ns, function(j) v[j] * school_value(par, rows[[j]], w[rows[[j]]], slope)))
  start <- c(1, .5, log(.8), .6, if (slope) c(0, .3))
  p <- polish(f, optim(start, f, method = "BFGS", control = list(reltol = 1e-13, maxit = 500))$par)
  scores <- sapply(1:ns, function(j) v[j] * grad(function(q) school_value(q, rows[[j]], w[rows[[j]]], slope), p$par))
  inverse <- solve(p$hessian); robust <- inverse %*% tcrossprod(scores) %*% inverse * ns / (ns - 1)
  out[[paste0(how, if (slope) "_slope" else "_intercept")]] <- list(deviance = f(p$par), beta = p$par[1:2], sigma = exp(p$par[3]),
    lambda = p$par[-(1:3)], vcov = robust[1:2, 1:2], all = robust, gradient = p$gradient)
}
write(out, "design.json")
writeLines(capture.output(sessionInfo()), "session.txt")
