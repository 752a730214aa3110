# Explained variance, influence and residual checks computed in R from lme4 fits, each polished by Newton steps on
# lme4's own deviance. Run in this folder: Rscript generate.R
# The data are ../multilevel/*.csv. Everything is computed here from definitions, with matrices of n rows.
suppressMessages({library(lme4); library(numDeriv); library(jsonlite); library(Matrix)})
levels_of <- list(Exam = list(sex = c("F", "M")), Hsb82 = list(sector = c("Public", "Catholic")), ScotsSec = list(sex = c("M", "F")))
groups_of <- list(Exam = "school", Hsb82 = "school", ScotsSec = c("primary", "second"), sleepstudy = "Subject")
exact <- function(x) {
  if (is.list(x)) return(lapply(x, exact))
  if (!is.double(x)) return(x)
  text <- structure(sprintf("@%.17g@", x), dim = dim(x))
  if (inherits(x, "AsIs")) I(text) else text
}
polished <- function(formula, data) {
  described <<- formula; pupils <<- data
  start <- lmer(described, pupils)
  deviance <- update(start, devFunOnly = TRUE)
  theta <- getME(start, "theta")
  for (step in 1:20) {
    g <- grad(deviance, theta, method.args = list(eps = 1e-3, d = 1e-3, r = 4))
    h <- hessian(deviance, theta, method.args = list(eps = 1e-2, d = 1e-2, r = 4))
    move <- -solve(h, g); theta <- theta + move
    if (max(abs(move)) < 1e-10) break
  }
  theta <<- theta
  lmer(described, pupils, start = theta, control = lmerControl(
    optimizer = function(fn, par, lower, upper, control) {
      list(par = theta, fval = fn(theta), conv = 0, message = "", convergence = 0)
    }, calc.derivs = FALSE, restart_edge = FALSE, boundary.tol = 0))
}
# The mean over the rows of z'Sigma z, by factor.
between <- function(fit) {
  sapply(names(VarCorr(fit)), function(g) {
    s <- VarCorr(fit)[[g]]
    z <- model.matrix(fit)[, colnames(s), drop = FALSE]
    mean(rowSums((z %*% s) * z))
  })
}
squared <- function(fit, null, groups) {
  f <- var(as.vector(model.matrix(fit) %*% fixef(fit)))
  t <- between(fit)[groups]; s <- sigma(fit)^2
  t0 <- between(null)[groups]; s0 <- sigma(null)^2
  predicted <- sapply(groups, function(g) {
    shares <- sapply(groups, function(o) {
      counts <- unclass(table(pupils[[g]], pupils[[o]]))
      mean(rowSums((counts / rowSums(counts))^2))
    })
    b <- mean(1 / table(pupils[[g]]))
    1 - (sum(shares * t) + b * s) / (sum(shares * t0) + b * s0)
  })
  list(marginal = f / (f + sum(t) + s), conditional = (f + sum(t)) / (f + sum(t) + s),
    rows = 1 - (sum(t) + s) / (sum(t0) + s0), groups = I(groups), predicted = I(unname(predicted)),
    reduction = I(unname(c(1 - t / t0, 1 - s / s0))))
}
# Bartlett's statistic of residual variances within groups, as HLM's test of homogeneity; groups with ten degrees of
# freedom or more.
homogeneity <- function(fit, group) {
  x <- model.matrix(fit); y <- getME(fit, "y")
  parts <- lapply(split(seq_along(y), pupils[[group]]), function(rows) {
    q <- qr(x[rows, , drop = FALSE])
    c(sum(qr.resid(q, y[rows])^2), length(rows) - q$rank)
  })
  m <- do.call(rbind, parts); m <- m[m[, 2] >= 10, ]
  d <- log(m[, 1] / m[, 2]); f <- m[, 2]
  if (nrow(m) < 2) return(NULL)
  h <- sum(f / 2 * (d - sum(f * d) / sum(f))^2)
  c(h, nrow(m) - 1, pchisq(h, nrow(m) - 1, lower.tail = FALSE))
}
francia <- function(x) {
  x <- sort(x); n <- length(x)
  w <- cor(x, qnorm(ppoints(n, a = 3 / 8)))^2
  u <- log(n); v <- log(u)
  z <- (log(1 - w) - (-1.2725 + 1.0521 * (v - u))) / (1.0308 - 0.26758 * (v + 2 / u))
  c(w, pnorm(z, lower.tail = FALSE))
}
moments <- function(e) {
  m <- mean(e); d <- e - m; s <- sqrt(mean(d^2))
  c(m, sd(e), mean(d^3) / s^3, mean(d^4) / s^4 - 3)
}
# Predicted effects over their own standard errors: the root of the variance between groups less the prediction error's.
standardised <- function(fit, group) {
  z <- as.matrix(getME(fit, "Z")); x <- model.matrix(fit); n <- nrow(x)
  l <- as.matrix(getME(fit, "Lambda"))
  g <- sigma(fit)^2 * l %*% t(l)
  vi <- solve(z %*% g %*% t(z) + sigma(fit)^2 * diag(n))
  p <- vi - vi %*% x %*% solve(t(x) %*% vi %*% x, t(x) %*% vi)
  u <- g %*% t(z) %*% p %*% getME(fit, "y"); v <- g %*% t(z) %*% p %*% z %*% g
  k <- ncol(VarCorr(fit)[[group]]); at <- getME(fit, "Gp")[match(group, names(getME(fit, "flist"))) + 0:1]
  rows <- (at[1] + 1):at[2]
  distance <- sapply(split(rows, (seq_along(rows) - 1) %/% k), function(r) drop(t(u[r]) %*% solve(v[r, r], u[r])))
  first <- rows[(seq_along(rows) - 1) %% k == 0]
  list(score = u[first] / sqrt(diag(v)[first]), distance = distance)
}
# Cook's distance and DFBETAS by group from refits, each polished.
influence <- function(formula, data, group, levels) {
  fit <- polished(formula, data)
  lapply(levels, function(level) {
    less <- polished(formula, droplevels(data[data[[group]] != level, ]))
    change <- fixef(fit) - fixef(less)
    list(level = level, cook = drop(change %*% solve(as.matrix(vcov(fit)), change)) / length(change),
      dfbetas = I(unname(change / sqrt(diag(as.matrix(vcov(less)))))), beta = I(unname(fixef(less))),
      variances = I(unname(c(as.data.frame(VarCorr(less))$vcov))))
  })
}
models <- list(
  list("london_slope", "Exam", normexam ~ standLRT + sex + (standLRT | school), normexam ~ 1 + (1 | school)),
  list("hsb_contextual", "Hsb82", mAch ~ meanses * cses + sector * cses + (cses | school), mAch ~ 1 + (1 | school)),
  list("scotland_crossed", "ScotsSec", attain ~ verbal + sex + (1 | primary) + (1 | second), attain ~ 1 + (1 | primary) + (1 | second)),
  list("sleep", "sleepstudy", Reaction ~ Days + (Days | Subject), Reaction ~ 1 + (1 | Subject)))
results <- lapply(models, function(m) {
  d <- read.csv(paste0("../multilevel/", m[[2]], ".csv"))
  for (name in names(levels_of[[m[[2]]]])) d[[name]] <- factor(d[[name]], levels = levels_of[[m[[2]]]][[name]])
  groups <- groups_of[[m[[2]]]]
  for (g in groups) d[[g]] <- factor(d[[g]])
  null <- polished(m[[4]], d)
  fit <- polished(m[[3]], d)
  e <- resid(fit) / sigma(fit)
  inner <- groups[1]
  effects <- if (nrow(d) < 5000) standardised(fit, inner)
  chosen <- if (m[[1]] == "london_slope") c("17", "48", "53") else if (m[[1]] == "sleep") c("308", "335", "350") else
    if (m[[1]] == "scotland_crossed") c("4", "11") else character()
  list(name = m[[1]], data = m[[2]], formula = paste(deparse(m[[3]], 200), collapse = ""), levels = levels_of[[m[[2]]]],
    group = inner, explained = squared(fit, null, groups), moments = I(moments(e)),
    quantiles = I(unname(quantile(e, c(.01, .25, .5, .9, .999), type = 7))), homogeneity = homogeneity(fit, inner),
    francia = if (!is.null(effects)) I(francia(effects$score)), distances = if (!is.null(effects)) I(unname(effects$distance)),
    group_levels = if (!is.null(effects)) I(levels(d[[inner]])),
    influence_group = groups[length(groups)],
    influence = influence(m[[3]], d, groups[length(groups)], chosen))
})
text <- toJSON(exact(results), auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor", null = "null")
writeLines(gsub('"@([^"]*)@"', "\\1", text), "checks.json")
writeLines(capture.output(sessionInfo()), "session.txt")
