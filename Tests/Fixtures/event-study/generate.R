# References for event studies: repeated cross-sections, and bounds for trends that are not parallel. Base R,
# quadprog, lpSolve and jsonlite. Run in this folder: Rscript generate.R
suppressMessages({library(jsonlite); library(quadprog); library(lpSolve)})

# ---- Repeated cross-sections ---------------------------------------------------------------------------------
# Other pupils each year in schools that join in 2014, in 2015 or never. Estimators are written from Sant'Anna & Zhao
# (2020); standard errors come from derivatives of the whole estimate by each row's weight, taken numerically and
# summed within schools, so they know nothing of an influence function.
set.seed(20)
schools <- 42
joined <- rep(c(2014, 2015, NA), length.out = schools)
rows <- do.call(rbind, lapply(seq_len(schools), function(s) do.call(rbind, lapply(2012:2016, function(y) {
  n <- 2 + (s * 3 + y) %% 4
  prior <- rnorm(n, if (is.na(joined[s])) 0 else 0.3)
  poor <- rbinom(n, 1, 0.3)
  since <- if (is.na(joined[s])) -1 else y - joined[s]
  data.frame(school = s, year = y, joined = joined[s], prior = round(prior, 3), poor = poor,
    weight = 1 + (s %% 3) / 2,
    reading = round(0.5 * sin(s) + 0.2 * (y - 2012) + 0.6 * prior - 0.3 * poor + 0.1 * (y - 2012) * prior +
      (since >= 0) * 0.2 * (since + 1) + rnorm(n, sd = 0.6), 3))
}))))

difference <- function(d, x, method) {
  y <- d$reading; T <- d$later; D <- d$treated; w <- d$w
  m <- function(v, k) sum(v * k) / sum(k)
  mu <- function(arm, later) {
    k <- D == arm & T == later
    drop(x %*% lm.wfit(x[k, , drop = FALSE], y[k], w[k])$coefficients)
  }
  fit <- suppressWarnings(glm.fit(x, D, weights = w, family = binomial(), control = list(epsilon = 1e-14, maxit = 100)))
  p <- fit$fitted.values
  o <- w * (1 - D) * p / (1 - p)
  if (method == "regression")
    return(m(y, w * D * T) - m(y, w * D * (1 - T)) - m(mu(0, 1) - mu(0, 0), w * D))
  if (method == "weighting")
    return(m(y, w * D * T) - m(y, w * D * (1 - T)) - m(y, o * T) + m(y, o * (1 - T)))
  r <- y - ifelse(T == 1, mu(0, 1), mu(0, 0))
  e1 <- mu(1, 1) - mu(0, 1); e0 <- mu(1, 0) - mu(0, 0)
  m(r, w * D * T) - m(r, w * D * (1 - T)) - m(r, o * T) + m(r, o * (1 - T)) +
    m(e1, w * D) - m(e1, w * D * T) - m(e0, w * D) + m(e0, w * D * (1 - T))
}
cell <- function(d, g, t, method, comparators, covariates) {
  base <- if (t >= g) g - 1 else t - 1
  later <- max(t, base)
  other <- is.na(d$joined) | (comparators == "not-yet" & !is.na(d$joined) & d$joined != g & d$joined > later)
  k <- d$year %in% c(base, t) & (other | (!is.na(d$joined) & d$joined == g))
  e <- d[k, ]
  e$treated <- as.numeric(!is.na(e$joined) & e$joined == g)
  e$later <- as.numeric(e$year == t)
  x <- if (covariates) cbind(1, e$prior, e$poor) else matrix(1, nrow(e), 1)
  difference(e, x, method)
}
cells <- do.call(rbind, lapply(c(2014, 2015), function(g) data.frame(g = g, t = 2013:2016)))
estimates <- function(w, method, comparators, covariates) {
  d <- rows; d$w <- w
  att <- mapply(function(g, t) cell(d, g, t, method, comparators, covariates), cells$g, cells$t)
  share <- sapply(cells$g, function(g) sum(w[!is.na(rows$joined) & rows$joined == g]))
  e <- cells$t - cells$g
  dynamic <- sapply(sort(unique(e)), function(k) sum((att * share)[e == k]) / sum(share[e == k]))
  after <- e >= 0
  c(att, dynamic, mean(dynamic[sort(unique(e)) >= 0]), sum((att * share)[after]) / sum(share[after]))
}
study <- function(method, comparators, covariates) {
  w <- rows$weight
  value <- estimates(w, method, comparators, covariates)
  slopes <- sapply(seq_along(w), function(i) {
    h <- 1e-5
    up <- w; up[i] <- w[i] + h
    down <- w; down[i] <- w[i] - h
    (estimates(up, method, comparators, covariates) - estimates(down, method, comparators, covariates)) / (2 * h)
  })
  # A row counts as a draw: its influence is its weight times the derivative.
  se <- sqrt(rowSums(apply(t(slopes) * w, 2, function(v) tapply(v, rows$school, sum)) |> t() |> (\(m) m^2)()))
  list(method = method, comparators = comparators, covariates = covariates, estimates = value, errors = se,
    names = c(paste(cells$g, cells$t), paste("event", sort(unique(cells$t - cells$g))), "dynamic", "simple"))
}
studies <- list(
  study("regression", "never", TRUE), study("weighting", "never", TRUE),
  study("doubly-robust", "never", TRUE), study("doubly-robust", "not-yet", TRUE),
  study("doubly-robust", "never", FALSE))
write_json(list(rows = rows, studies = studies), "cross_sections.json", digits = NA, auto_unbox = TRUE, na = "null")

# Two-way fixed effects of the rows, by lm, with CR1 errors by school and every fixed effect counted.
two_way <- function(r) {
  r$D <- as.numeric(!is.na(r$joined) & r$year >= r$joined)
  a <- lm(reading ~ factor(school) + factor(year) + D, r, weights = weight)
  X <- model.matrix(a)[, !is.na(coef(a))]; B <- solve(t(X) %*% (r$weight * X))
  S <- rowsum(r$weight * resid(a) * X, r$school); n <- nrow(X); G <- nrow(S)
  V <- B %*% crossprod(S) %*% B * G / (G - 1) * (n - 1) / (n - length(unique(r$school)) - length(unique(r$year)))
  list(estimate = unname(coef(a)["D"]), std_error = sqrt(V[nrow(V), nrow(V)]))
}
write_json(two_way(rows), "two_way.json", digits = NA, auto_unbox = TRUE)

# ---- Bounds ----------------------------------------------------------------------------------------------------
# The Medicaid example of the R package HonestDiD (its README of 2023): coefficients of a two-way regression with
# their covariance as printed there, and the intervals that the package prints for the first year after treatment.
medicaid <- list(
  before = c(-0.0055034594, -0.0112277882, -0.0024676126, -0.0016661616, -0.0002392167),
  after = c(0.0465731911, 0.0692965211),
  covariance = matrix(c(
    7.961912e-05, 6.412780e-05, 4.651908e-05, 3.617176e-05, 4.685815e-05, 5.026146e-05, 2.605045e-05,
    6.412780e-05, 7.515798e-05, 3.952865e-05, 3.042176e-05, 4.845443e-05, 4.609164e-05, 2.844124e-05,
    4.651908e-05, 3.952865e-05, 5.128056e-05, 2.837060e-05, 2.957291e-05, 3.326676e-05, 1.161740e-05,
    3.617176e-05, 3.042176e-05, 2.837060e-05, 4.138174e-05, 2.590937e-05, 2.571107e-05, 4.599738e-06,
    4.685815e-05, 4.845443e-05, 2.957291e-05, 2.590937e-05, 5.788267e-05, 3.981602e-05, 1.171258e-05,
    5.026146e-05, 4.609164e-05, 3.326676e-05, 2.571107e-05, 3.981602e-05, 8.427849e-05, 6.247778e-05,
    2.605045e-05, 2.844124e-05, 1.161740e-05, 4.599738e-06, 1.171258e-05, 6.247778e-05, 1.060776e-04), 7))
published <- data.frame(M = seq(0, 0.05, 0.01), low = c(0.0264, 0.0128, 0.00186, -0.00814, -0.0181, -0.0281),
  high = c(0.0607, 0.0788, 0.0908, 0.101, 0.111, 0.121))

# Second differences of δ (zero at −1) as rows over times; times are −(p+1), …, −2, 0, …, q−1.
curvatures <- function(times) {
  all <- min(times):max(times)
  D <- diff(diag(length(all)), differences = 2)
  D[, match(times, all), drop = FALSE]
}
# The worst bias of v'θ̂ − l'τ over |D δ| ≤ M, by linear programming; infinite where the slope moves v.
worst <- function(v, times, M) {
  D <- curvatures(times); k <- length(times)
  r <- lp("max", c(v, -v), rbind(cbind(D, -D), cbind(-D, D)), rep("<=", 2 * nrow(D)), rep(M, 2 * nrow(D)))
  if (r$status != 0) Inf else r$objval
}
# The same by the differences' own weights u, v = D'u, which are unique where no year is missing.
bias <- function(v, times, M) M * sum(abs(qr.coef(qr(t(curvatures(times))), v)))
half <- function(v, S, times, M, level = 0.95) {
  s <- sqrt(drop(t(v) %*% S %*% v)); b <- bias(v, times, M)
  s * uniroot(function(c) pnorm(c - b / s) - pnorm(-c - b / s) - level, c(0, b / s + 10), tol = 1e-14)$root
}
# The shortest fixed-length interval: for each bound on bias the least variance by quadratic programming, then the best
# bound. The bias of v is M·Σ|u| with v'δ = Σ u_w (Dδ)_w for every δ, which also takes the slope off.
shortest <- function(b, S, p, l, M) {
  q <- length(l); times <- c(-(p + 1):-2, seq_len(q) - 1); target <- c(rep(0, p), l)
  D <- curvatures(times); m <- nrow(D)
  # Unknown: a (p), u⁺ (m), u⁻ (m). D'(u⁺ − u⁻) = v on the points other than the base.
  H <- diag(c(rep(0, p), rep(1e-9 * mean(diag(S)), 2 * m))); H[1:p, 1:p] <- S[1:p, 1:p]
  equal <- cbind(-rbind(diag(p), matrix(0, q, p)), t(D), -t(D))
  least <- function(budget) tryCatch({
    A <- rbind(equal, cbind(matrix(0, 2 * m, p), diag(2 * m)), c(rep(0, p), rep(-1, 2 * m)))
    k <- mean(diag(S))
    r <- solve.QP(H / k, c(-S[1:p, ] %*% target, rep(0, 2 * m)) / k, t(A), c(target, rep(0, 2 * m), -budget), meq = p + q)
    v <- target; v[1:p] <- r$solution[1:p]; v
  }, error = function(e) NULL)
  reach <- function(budget) { v <- least(budget); if (is.null(v)) 1e9 else half(v, S, times, M) }
  budgets <- seq(0, 60, 0.25)
  found <- sapply(budgets, reach)
  k <- which.min(found)
  o <- optimize(reach, c(budgets[max(1, k - 1)], budgets[min(length(budgets), k + 1)]), tol = 1e-10)
  v <- least(if (o$objective <= found[k]) o$minimum else budgets[k])
  # Rounding in the slope that is taken off makes some of the linear programmes unbounded.
  check <- worst(v, times, M); stopifnot(!is.finite(check) || abs(check - bias(v, times, M)) <= 1e-6 * check + 1e-12)
  centre <- sum(v * b); h <- half(v, S, times, M)
  c(centre - h, centre + h)
}
# The identified set under relative magnitudes: the farthest that departures δ with yearly steps of at most M times the
# largest step before can bias l'τ, by linear programming over the steps.
magnitudes <- function(b, S, p, l, M) {
  q <- length(l); steps <- diff(c(b[1:p], 0)); largest <- max(abs(steps))
  reach <- rev(cumsum(rev(l)))
  r <- lp("max", c(reach, -reach), rbind(cbind(diag(q), -diag(q)), cbind(-diag(q), diag(q))), rep("<=", 2 * q),
    rep(M * largest, 2 * q))$objval
  # The union over which step was the largest and its sign, each with its ordinary interval.
  ends <- sapply(seq_len(p), function(s) sapply(c(-1, 1), function(sign) {
    v <- c(rep(0, p), l); k <- sign * M * sum(abs(reach))
    v[s] <- v[s] - k; if (s < p) v[s + 1] <- v[s + 1] + k
    sum(v * b) + c(-1, 1) * qnorm(0.975) * sqrt(drop(t(v) %*% S %*% v))
  }))
  centre <- sum(l * b[-(1:p)])
  c(centre - r, centre + r, min(ends), max(ends))
}
set.seed(4)
B <- matrix(rnorm(36), 6); other <- list(before = c(0.3, 0.1, -0.05), after = c(0.5, 0.9, 0.7),
  covariance = round((crossprod(B) + 2 * diag(6)) / 100, 6))
# Seven years before, whose errors grow and resemble each other, so that many differences are zero together.
years <- c(-8:-2, 0:2); long <- list(before = c(0.9, 0.6, 0.5, 0.25, 0.2, 0.15, 0.02), after = c(0.3, 0.7, 0.9),
  covariance = round(0.004 * outer(abs(years + 1), abs(years + 1), function(a, b) pmin(a, b)) *
    outer(years, years, function(a, b) (a + 1) * (b + 1) > 0) + diag(0.01, 10) + 0.005, 6))
cases <- lapply(list(medicaid = medicaid, other = other, long = long), function(path) {
  b <- c(path$before, path$after); p <- length(path$before); q <- length(path$after)
  targets <- c(lapply(seq_len(q), function(k) as.numeric(seq_len(q) == k)), list(rep(1 / q, q)))
  scale <- if (q == 2) 0.01 else 0.05
  list(before = path$before, after = path$after, covariance = path$covariance,
    smooth = do.call(rbind, lapply(seq_along(targets), function(k) do.call(rbind, lapply(0:5, function(m) {
      i <- shortest(b, path$covariance, p, targets[[k]], m * scale)
      data.frame(target = k - 1, M = m * scale, low = i[1], high = i[2])
    })))),
    relative = do.call(rbind, lapply(seq_along(targets), function(k) do.call(rbind, lapply(c(0, 0.5, 1, 2), function(m) {
      i <- magnitudes(b, path$covariance, p, targets[[k]], m)
      data.frame(target = k - 1, M = m, set_low = i[1], set_high = i[2], low = i[3], high = i[4])
    })))))
})
write_json(list(cases = cases, published = published), "bounds.json", digits = NA, auto_unbox = TRUE)
writeLines(capture.output(sessionInfo()), "session.txt")
