# Reference fits of generalised linear mixed models. Run in this folder: Rscript make_fixtures.R
#
# Data: Contraception of the package mlmRev and cbpp of lme4, both as Debian distributes them (GPL-2+).
# The criterion is written out below with dense matrices (modes to 1e-13, expected weights in the
# determinant) and minimised by Newton's method on Richardson derivatives from glmer's estimates; glmer's own
# value of it at the optimum is kept beside it. glmer's Laplace determinant uses the weights of its last step
# but one, so its value can differ by 1e-6 for links that are not canonical.
suppressMessages({ library(lme4); library(mlmRev); library(numDeriv); library(jsonlite) })

kernel <- function(family, link) {
  if (family == "poisson") return(function(eta, y, m) {
    mu <- exp(eta); list(l = y * eta - mu - lfactorial(y), s = y - mu, J = mu, W = mu) })
  const <- function(y, m) lchoose(m, y)
  switch(link,
    logit = function(eta, y, m) { p <- plogis(eta); w <- m * p * (1 - p)
      list(l = const(y, m) + y * plogis(eta, log.p = TRUE) + (m - y) * plogis(-eta, log.p = TRUE),
           s = y - m * p, J = w, W = w) },
    probit = function(eta, y, m) {
      up <- exp(dnorm(eta, log = TRUE) - pnorm(eta, log.p = TRUE))
      down <- exp(dnorm(eta, log = TRUE) - pnorm(-eta, log.p = TRUE))
      list(l = const(y, m) + y * pnorm(eta, log.p = TRUE) + (m - y) * pnorm(-eta, log.p = TRUE),
           s = y * up - (m - y) * down,
           J = y * up * (up + eta) + (m - y) * down * (down - eta), W = m * up * down) },
    cloglog = function(eta, y, m) { e <- exp(eta); r <- e / expm1(e)
      list(l = const(y, m) + ifelse(y > 0, y * log(-expm1(-e)), 0) - (m - y) * e,
           s = y * r - (m - y) * e, J = y * r * (e + r - 1) + (m - y) * e, W = m * e * r) })
}

hermite <- function(n) {  # nodes and weights for the standard normal density
  if (n == 1) return(list(x = 0, w = 1))
  k <- 1:(n - 1); J <- matrix(0, n, n); J[cbind(k, k + 1)] <- sqrt(k); J[cbind(k + 1, k)] <- sqrt(k)
  e <- eigen(J, symmetric = TRUE); list(x = e$values, w = e$vectors[1, ]^2)
}

# -2 log L; group is an index, Z the columns of the one term.
criterion <- function(X, Z, group, y, m, offset, k, points) {
  q <- ncol(Z); G <- max(group); u <- numeric(q * G); rule <- hermite(points)
  lower <- which(lower.tri(diag(q), diag = TRUE))
  cols <- outer(seq_len(q), (group - 1) * q, "+")
  function(par) {
    L <- matrix(0, q, q); L[lower] <- par[seq_along(lower)]
    base <- offset + drop(X %*% par[-seq_along(lower)]); zl <- Z %*% L
    A <- matrix(0, length(y), q * G); for (c in 1:q) A[cbind(seq_along(y), cols[c, ])] <- zl[, c]
    for (it in 1:200) {
      v <- k(base + drop(A %*% u), y, m)
      step <- drop(solve(crossprod(A, v$J * A) + diag(q * G), crossprod(A, v$s) - u))
      f <- sum(v$l) - sum(u^2) / 2; a <- 1
      while (sum(k(base + drop(A %*% (u + a * step)), y, m)$l) - sum((u + a * step)^2) / 2 <
             f - 1e-10 && a > 1e-6) a <- a / 2
      u <<- u + a * step
      if (max(abs(step)) < 1e-13 || it > 3 && max(abs(step)) < 1e-12) break
    }
    v <- k(base + drop(A %*% u), y, m)
    M <- crossprod(A, v$W * A) + diag(q * G)
    if (points == 1)
      return(-2 * sum(v$l) + sum(u^2) + as.numeric(determinant(M)$modulus))
    s <- 1 / sqrt(diag(M))
    terms <- sapply(seq_along(rule$x), function(i) { ui <- u + s * rule$x[i]
      log(rule$w[i]) + rule$x[i]^2 / 2 + rowsum(k(base + drop(A %*% ui), y, m)$l, group)[, 1] - ui^2 / 2 })
    top <- apply(terms, 1, max)
    -2 * sum(log(s) + top + log(rowSums(exp(terms - top))))
  }
}

fit <- function(name, formula, data, family, link, points, Z, y, m = rep(1, length(y)), offset = 0 * y) {
  cat(name, "\n")
  fam <- if (family == "poisson") poisson() else binomial(link)
  d <- data; d$off <- offset
  # Quadrature starts from glmer's Laplace fit.
  g <- suppressWarnings(glmer(formula, d, family = fam))
  group <- as.integer(getME(g, "flist")[[1]]); X <- getME(g, "X"); Z <- model.matrix(Z, d)
  f <- criterion(X, Z, group, y, m, offset, kernel(family, link), points)
  x <- c(getME(g, "theta"), fixef(g)); nt <- length(getME(g, "theta"))
  scale <- c(rep(.1, nt), sqrt(diag(as.matrix(vcov(g, use.hessian = FALSE)))))
  fs <- function(w) f(x + scale * w); zero <- 0 * x
  # Steps from 0.2 standard errors down: Richardson removes their error, and rounding stays below 1e-9.
  args <- list(eps = 0.2, d = 0.2, r = 4)
  H <- hessian(fs, zero, method.args = args)
  for (it in 1:8) {
    step <- solve(H, grad(fs, zero, method.args = args)); x <- x - scale * step
    if (max(abs(step)) < 1e-9) break
  }
  H <- hessian(fs, zero, method.args = args)
  V <- (2 * solve(H)) * outer(scale, scale)
  list(name = name, family = family, link = link, points = points, deviance = f(x),
       theta = unname(x[1:nt]), names = colnames(X), beta = unname(x[-(1:nt)]),
       se = unname(sqrt(diag(V)))[-(1:nt)], last_step = max(abs(step)),
       glmer_default_deviance = -2 * as.numeric(logLik(g)))
}

data(Contraception); C <- Contraception; C$y <- as.numeric(C$use == "Y"); C$age2 <- C$age^2
ri <- y ~ age + age2 + urban + livch + (1 | district)
fits <- list()
for (case in list(c("logit", 1), c("logit", 7), c("logit", 10), c("probit", 1), c("probit", 10),
                  c("cloglog", 1), c("cloglog", 10)))
  fits[[length(fits) + 1]] <- fit(paste0("Contraception_", case[1], "_", case[2]), ri, C, "binomial",
    case[1], as.integer(case[2]), ~1, C$y)
fits[[length(fits) + 1]] <- fit("Contraception_slope_1", y ~ age + age2 + urban + livch + (urban | district),
  C, "binomial", "logit", 1, ~urban, C$y)
data(cbpp)
for (points in c(1, 10)) for (link in c("logit", "cloglog"))
  fits[[length(fits) + 1]] <- fit(paste0("cbpp_", link, "_", points),
    cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, "binomial", link, points, ~1,
    cbpp$incidence, cbpp$size)
for (points in c(1, 10))
  fits[[length(fits) + 1]] <- fit(paste0("cbpp_log_", points),
    incidence ~ period + offset(log(size)) + (1 | herd), cbpp, "poisson", "log", points, ~1,
    cbpp$incidence, offset = log(cbpp$size))

write(toJSON(list(fits = fits, contraception = C[, c("district", "use", "livch", "age", "urban")],
  cbpp = cbpp), dataframe = "columns", digits = NA, auto_unbox = TRUE, pretty = 1), "fits.json")
writeLines(capture.output(sessionInfo()), "session.txt")
