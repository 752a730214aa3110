# Reference fits of cumulative mixed models. Run in this folder: Rscript make_cumulative.R
#
# Data: Contraception of the package mlmRev, as Debian distributes it (GPL-2+), with the number of living
# children (0, 1, 2, 3 or more) as ordered response; they stand in fits.json. The criterion is written out
# below from its definition, with the observed information in the determinant, and minimised over
# (theta, thresholds, coefficients) by nlminb and then Newton's method on Richardson derivatives.
# Quadrature by 10 adaptive points is checked against R's integrate(), group by group.
suppressMessages({ library(mlmRev); library(numDeriv); library(jsonlite) })

link <- list(
  logit = list(F = plogis, f = dlogis, g = function(x) dlogis(x) * (1 - 2 * plogis(x))),
  probit = list(F = pnorm, f = dnorm, g = function(x) -x * dnorm(x)),
  cloglog = list(F = function(x) -expm1(-exp(x)), f = function(x) exp(x - exp(x)),
                 g = function(x) (1 - exp(x)) * exp(x - exp(x))))

hermite <- function(n) {
  k <- 1:(n - 1); J <- matrix(0, n, n); J[cbind(k, k + 1)] <- sqrt(k); J[cbind(k + 1, k)] <- sqrt(k)
  e <- eigen(J, symmetric = TRUE); list(x = e$values, w = e$vectors[1, ]^2)
}

rows <- function(eta, y, tau, L) {
  cut <- c(-Inf, tau, Inf); a <- cut[y + 1] - eta; b <- cut[y] - eta
  at <- function(h, x) { v <- h(pmin(pmax(x, -700), 700)); v[is.infinite(x)] <- 0; v }
  # On the side where both are small, for the symmetric links.
  P <- ifelse(a + b > 0 & !identical(L, link$cloglog), L$F(-b) - L$F(-a), L$F(a) - L$F(b))
  d1 <- -(at(L$f, a) - at(L$f, b)) / P; d2 <- (at(L$g, a) - at(L$g, b)) / P - d1^2
  list(l = log(P), s = d1, J = -d2)
}

# -2 log L of parameters (lower triangle of Lambda, thresholds, coefficients).
criterion <- function(X, Z, group, y, L, points) {
  q <- ncol(Z); G <- max(group); u <- numeric(q * G); K <- max(y)
  lower <- which(lower.tri(diag(q), diag = TRUE)); nt <- length(lower)
  cols <- outer(seq_len(q), (group - 1) * q, "+")
  if (points > 1) rule <- hermite(points)
  function(par) {
    Lam <- matrix(0, q, q); Lam[lower] <- par[seq_len(nt)]
    tau <- par[nt + seq_len(K - 1)]
    if (is.unsorted(tau)) return(1e10)
    base <- drop(X %*% par[-seq_len(nt + K - 1)]); zl <- Z %*% Lam
    A <- matrix(0, length(y), q * G); for (c in 1:q) A[cbind(seq_along(y), cols[c, ])] <- zl[, c]
    for (it in 1:200) {
      v <- rows(base + drop(A %*% u), y, tau, L)
      step <- drop(solve(crossprod(A, v$J * A) + diag(q * G), crossprod(A, v$s) - u))
      f <- sum(v$l) - sum(u^2) / 2; a <- 1
      while (sum(rows(base + drop(A %*% (u + a * step)), y, tau, L)$l) - sum((u + a * step)^2) / 2 <
             f - 1e-10 && a > 1e-6) a <- a / 2
      u <<- u + a * step
      if (max(abs(step)) < 1e-13 || it > 3 && max(abs(step)) < 1e-12) break
    }
    v <- rows(base + drop(A %*% u), y, tau, L)
    M <- crossprod(A, v$J * A) + diag(q * G)
    if (points == 1)
      return(-2 * sum(v$l) + sum(u^2) + as.numeric(determinant(M)$modulus))
    s <- 1 / sqrt(diag(M))
    terms <- sapply(seq_along(rule$x), function(i) { ui <- u + s * rule$x[i]
      log(rule$w[i]) + rule$x[i]^2 / 2 + rowsum(rows(base + drop(A %*% ui), y, tau, L)$l, group)[, 1] -
        ui^2 / 2 })
    top <- apply(terms, 1, max)
    -2 * sum(log(s) + top + log(rowSums(exp(terms - top))))
  }
}

# The integral itself, for one random intercept.
direct <- function(par, X, group, y, L) {
  K <- max(y); tau <- par[1 + seq_len(K - 1)]; base <- drop(X %*% par[-seq_len(K)])
  -2 * sum(sapply(split(seq_along(y), group), function(i) {
    f <- function(u) sapply(u, function(v) sum(rows(base[i] + par[1] * v, y[i], tau, L)$l) - v^2 / 2)
    m <- optimize(f, c(-6, 6), maximum = TRUE)
    I <- integrate(function(u) exp(f(u) - m$objective), m$maximum - 9, m$maximum + 9, rel.tol = 1e-12,
                   subdivisions = 2000)
    m$objective + log(I$value) - log(2 * pi) / 2 }))
}

data(Contraception); C <- Contraception; C$y <- as.integer(C$livch)
group <- as.integer(factor(C$district, levels = unique(C$district)))
X <- cbind(age = C$age, urbanY = as.numeric(C$urban == "Y"))

fit <- function(name, family, points, Z) {
  cat(name, "\n"); L <- link[[family]]
  f <- criterion(X, Z, group, C$y, L, points)
  nt <- ncol(Z) * (ncol(Z) + 1) / 2
  share <- cumsum(prop.table(table(C$y)))[1:3]
  x <- c(if (nt == 1) .3 else c(.3, 0, .3),
         switch(family, logit = qlogis(share), probit = qnorm(share), cloglog = log(-log1p(-share))), 0, 0)
  o <- nlminb(x, f, scale = c(rep(3, nt), rep(10, 3), 100, 10), control = list(rel.tol = 1e-12, iter.max = 400))
  x <- unname(o$par); scale <- c(rep(.1, nt), rep(.1, 3), .006, .1)
  fs <- function(w) f(x + scale * w); zero <- 0 * x
  args <- list(eps = 0.2, d = 0.2, r = 4)
  H <- hessian(fs, zero, method.args = args)
  for (it in 1:8) {
    step <- solve(H, grad(fs, zero, method.args = args)); x <- x - scale * step
    if (max(abs(step)) < 1e-9) break
  }
  H <- hessian(fs, zero, method.args = args); V <- (2 * solve(H)) * outer(scale, scale)
  # The sign of a column of Lambda is free; its diagonal is given positive.
  Lam <- matrix(0, ncol(Z), ncol(Z)); lower <- lower.tri(Lam, diag = TRUE); Lam[lower] <- x[1:nt]
  x[1:nt] <- (Lam %*% diag(sign(diag(Lam)), ncol(Z)))[lower]
  out <- list(name = name, link = family, points = points, slope = nt > 1, deviance = f(x),
       theta = x[1:nt], coefficients = x[-(1:nt)], se = unname(sqrt(diag(V)))[-(1:nt)],
       covariance = unname(V[-(1:nt), -(1:nt)]), last_step = max(abs(step)))
  if (nt == 1) out$integral <- direct(x, X, group, C$y, L)
  cat(out$deviance, out$integral, out$last_step, "\n")
  out
}

one <- matrix(1, nrow(C), 1)
fits <- list()
for (family in names(link)) for (points in c(1, 10))
  fits[[length(fits) + 1]] <- fit(paste0(family, "_", points), family, points, one)
fits[[length(fits) + 1]] <- fit("logit_slope_1", "logit", 1, cbind(1, X[, 2]))
write(toJSON(list(fits = fits), digits = NA, auto_unbox = TRUE, pretty = 1), "cumulative.json")
