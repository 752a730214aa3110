# Rubin's rules worked in matrix form, from base R alone. Run in this folder: Rscript generate.R
# Ozone and solar radiation of R's `airquality` are imputed from a bootstrapped regression, a linear model is
# fitted to each completed data set, and estimates, covariances and what they pool to are written.
library(jsonlite)
set.seed(1999)

complete <- function(data) {
  for (name in c("Solar.R", "Ozone")) {
    others <- setdiff(c("Wind", "Temp", if (name == "Ozone") "Solar.R"), name)
    seen <- which(!is.na(data[[name]]))
    fit <- lm(reformulate(others, name), data[sample(seen, replace = TRUE), ])
    gone <- which(is.na(data[[name]]))
    data[gone, name] <- predict(fit, data[gone, ]) + rnorm(length(gone), 0, summary(fit)$sigma)
  }
  data
}

pool <- function(m, rows, normal = FALSE) {
  data <- airquality[rows, ]
  fits <- lapply(seq_len(m), function(k) lm(Ozone ~ Wind + Temp + Solar.R, complete(data)))
  q <- t(sapply(fits, coef))
  u <- lapply(fits, vcov)
  within <- Reduce(`+`, u) / m
  between <- cov(q)
  total <- within + (1 + 1 / m) * between
  mean_q <- colMeans(q)
  lambda <- (1 + 1 / m) * diag(between) / diag(total)
  riv <- (1 + 1 / m) * diag(between) / diag(within)
  dfcom <- if (normal) Inf else df.residual(fits[[1]])
  old <- (m - 1) / lambda^2
  seen <- (dfcom + 1) / (dfcom + 3) * dfcom * (1 - lambda)
  df <- if (normal) old else 1 / (1 / old + 1 / seen)
  # Li, Raghunathan & Rubin (1991)
  joint <- function(s) {
    k <- length(s)
    r <- (1 + 1 / m) * sum(diag(between[s, s, drop = FALSE] %*% solve(within[s, s]))) / k
    t <- k * (m - 1)
    nu <- if (t > 4) 4 + (t - 4) * (1 + (1 - 2 / t) / r)^2 else t * (1 + 1 / k) * (1 + 1 / r)^2 / 2
    d <- drop(mean_q[s] %*% solve(within[s, s]) %*% mean_q[s]) / (k * (1 + r))
    # Reiter (2007), equations 1 and 2
    reiter <- NULL
    if (!normal && t > 4) {
      a <- r * t / (t - 2)
      v <- dfcom * (dfcom + 1) / (dfcom + 3)
      b <- v - 2 * (1 + a)
      e <- v - 4 * (1 + a)
      g <- a^2 * b / ((1 + a)^2 * e) + 8 * a^2 * b / ((1 + a) * e^2) + 4 * a^2 / ((1 + a) * e) +
        4 * a^2 / (e * b) + 16 * a^2 * b / e^3 + 8 * a^2 / e^2
      reiter <- 4 + 1 / (1 / e + g / (t - 4))
    }
    list(reiter = reiter, positions = I(as.integer(s - 1)), statistic = d, numerator = k, denominator = nu, riv = r,
         p = pf(d, k, nu, lower.tail = FALSE))
  }
  list(
    m = m, normal = normal, dfcom = if (normal) NULL else dfcom,
    estimates = lapply(fits, function(f) unname(coef(f))),
    covariances = lapply(u, function(v) unname(c(v))),
    estimate = unname(mean_q), within = unname(diag(within)), between = unname(diag(between)),
    total = unname(c(total)), riv = unname(riv), lambda = unname(lambda), df = unname(df),
    fmi = unname((riv + 2 / (df + 3)) / (riv + 1)),
    p = unname(2 * pt(-abs(mean_q / sqrt(diag(total))), df)),
    joint = list(joint(2:4), joint(2:3), joint(3)))
}

cases <- list(
  pool(5, 1:153), pool(20, 1:153), pool(3, 1:40), pool(2, 1:60), pool(10, 1:153, normal = TRUE))
exact <- function(x) {
  if (is.list(x)) return(lapply(x, exact))
  if (!is.double(x)) return(x)
  text <- sprintf("@%.17g@", x)
  if (inherits(x, "AsIs")) I(text) else text
}
text <- toJSON(exact(cases), auto_unbox = TRUE, null = "null")
writeLines(gsub('"@([^"]*)@"', "\\1", text), "pooling.json")
writeLines(capture.output(sessionInfo()), "session.txt")
