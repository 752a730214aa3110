# Standard errors of effects with estimated weights, from the stacked estimating equations of the weights,
# of the weighted regression and of the average over the estimand's units: A by central differences, B by the
# cross-product, no factor for small samples. Data: the 160 schools of schools.json.
# Run in this folder, after generate.R:  Rscript stacked.R
suppressPackageStartupMessages(library(jsonlite))
options(digits = 17)
data <- as.data.frame(fromJSON("schools.json")$data)
z <- data$treat; y <- data$mach; n <- nrow(data)
X <- scale(as.matrix(data[c("n", "mean_ses", "minority_share")])); P <- cbind(1, X); p <- ncol(X)
A <- scale(as.matrix(data[c("mean_ses", "minority_share")]))
raw <- as.matrix(data[c("mean_ses", "minority_share")])

weight_of <- function(e, estimand) switch(estimand,
  att = ifelse(z == 1, 1, e / (1 - e)), atc = ifelse(z == 1, (1 - e) / e, 1),
  ate = ifelse(z == 1, 1 / e, 1 / (1 - e)), ato = ifelse(z == 1, 1 - e, e))
# Each arm's weights have mean one: their scales are parameters of the system as well.
outcome_columns <- function(adjusted) if (adjusted) cbind(1, z, A, z * A) else cbind(1, z)
unit_effect <- function(b, adjusted) if (adjusted) b[2] + drop(A %*% b[5:6]) else rep(b[2], n)

# psi(theta): n rows; theta = (weights' parameters, scale1, scale0, b, tau)
tail_equations <- function(w, s1, s0, b, tau, adjusted, estimand) {
  v <- w * ifelse(z == 1, s1, s0); D <- outcome_columns(adjusted); e <- drop(y - D %*% b)
  focal <- switch(estimand, att = z == 1, atc = z == 0, rep(TRUE, n))
  cbind(z * (v - 1), (1 - z) * (v - 1), v * e * D, focal * v * (unit_effect(b, adjusted) - tau))
}
solve_tail <- function(w, adjusted, estimand) {
  s1 <- 1 / mean(w[z == 1]); s0 <- 1 / mean(w[z == 0]); v <- w * ifelse(z == 1, s1, s0)
  D <- outcome_columns(adjusted); b <- drop(solve(t(D) %*% (v * D), t(D) %*% (v * y)))
  focal <- switch(estimand, att = z == 1, atc = z == 0, rep(TRUE, n))
  c(s1, s0, b, sum((v * unit_effect(b, adjusted))[focal]) / sum(v[focal]))
}
sandwich_of <- function(psi, theta) {
  stopifnot(max(abs(colMeans(psi(theta)))) < 1e-8)
  k <- length(theta); Am <- matrix(0, k, k)
  for (j in 1:k) { # Richardson's extrapolation of central differences
    h <- 1e-3 * max(1, abs(theta[j])); d <- function(h) { u <- theta; l <- theta; u[j] <- u[j] + h; l[j] <- l[j] - h
      (colMeans(psi(u)) - colMeans(psi(l))) / (2 * h) }
    Am[, j] <- -((d(h) - 20 * d(h / 2) + 64 * d(h / 4)) / 45)
  }
  B <- crossprod(psi(theta)) / n; S <- solve(Am); V <- S %*% B %*% t(S) / n
  list(estimate = theta[k], se = sqrt(V[k, k]))
}
split_theta <- function(theta, q, adjusted) { k <- if (adjusted) 6 else 2
  list(g = theta[seq_len(q)], s1 = theta[q + 1], s0 = theta[q + 2], b = theta[q + 2 + seq_len(k)], tau = theta[q + k + 3]) }

propensity_case <- function(estimand, link, adjusted) {
  mu <- if (link == "logit") plogis else pnorm; dmu <- if (link == "logit") dlogis else dnorm
  g <- coef(glm(z ~ X, binomial(link), control = glm.control(epsilon = 1e-15, maxit = 200)))
  score <- function(g) { eta <- drop(P %*% g); m <- mu(eta); (z - m) * dmu(eta) / (m * (1 - m)) * P }
  info <- function(g) { eta <- drop(P %*% g); m <- mu(eta); crossprod(P, dmu(eta)^2 / (m * (1 - m)) * P) }
  for (i in 1:100) g <- g + drop(solve(info(g), colSums(score(g))))
  psi <- function(theta) { s <- split_theta(theta, length(g), adjusted); w <- weight_of(mu(drop(P %*% s$g)), estimand)
    cbind(score(s$g), tail_equations(w, s$s1, s$s0, s$b, s$tau, adjusted, estimand)) }
  w <- weight_of(mu(drop(P %*% g)), estimand)
  sandwich_of(psi, c(g, solve_tail(w, adjusted, estimand)))
}
entropy_case <- function(estimand, adjusted) {
  focal <- switch(estimand, att = z == 1, atc = z == 0, rep(TRUE, n)); m <- colMeans(X[focal, , drop = FALSE])
  arms <- switch(estimand, att = 0, atc = 1, c(1, 0))
  solve_arm <- function(arm) { R <- sweep(X[z == arm, ], 2, m); l <- rep(0, p)
    f <- function(l) log(sum(exp(R %*% l)))
    l <- optim(l, f, method = "BFGS", control = list(maxit = 10000, reltol = 1e-14))$par
    for (i in 1:30) { w <- exp(drop(R %*% l)); w <- w / sum(w); gr <- colSums(w * R); l <- l - solve(crossprod(R, w * R) - tcrossprod(gr), gr) }
    l }
  lam <- unlist(lapply(arms, solve_arm)); q <- p + length(lam)
  weights <- function(m, lam) { w <- rep(1, n)
    for (i in seq_along(arms)) { rows <- z == arms[i]; w[rows] <- exp(drop(sweep(X[rows, ], 2, m) %*% lam[(i - 1) * p + 1:p])) }
    w }
  psi <- function(theta) { s <- split_theta(theta, q, adjusted); mm <- s$g[1:p]; ll <- s$g[-(1:p)]; w <- weights(mm, ll)
    balance <- do.call(cbind, lapply(arms, function(arm) (z == arm) * w * sweep(X, 2, mm)))
    cbind(focal * sweep(X, 2, mm), balance, tail_equations(w, s$s1, s$s0, s$b, s$tau, adjusted, estimand)) }
  sandwich_of(psi, c(m, lam, solve_tail(weights(m, lam), adjusted, estimand)))
}
cases <- list()
for (adjusted in c(FALSE, TRUE)) {
  tag <- if (adjusted) "adjusted" else "plain"
  for (estimand in c("att", "atc", "ate", "ato")) cases[[paste("logit", estimand, tag)]] <- propensity_case(estimand, "logit", adjusted)
  for (estimand in c("att", "ate")) cases[[paste("probit", estimand, tag)]] <- propensity_case(estimand, "probit", adjusted)
  for (estimand in c("att", "atc", "ate")) cases[[paste("entropy", estimand, tag)]] <- entropy_case(estimand, adjusted)
}
writeLines(toJSON(cases, digits = NA, auto_unbox = TRUE), "stacked.json")
print(t(sapply(cases, unlist)))
