# Three relations among 30 actors in three waves, made here, and what RSiena makes of them: observed statistics of
# effects that look from one relation at another, and estimates of two relations that form together. Run with
# `Rscript relations.R`; writes relations.json, and versions to relations-session.txt.
suppressMessages(library(RSiena))
set.seed(20)
n <- 30

# Two directed relations by a multiplex actor-oriented model, an undirected one by choices that follow the first.
step <- function(x, w, weights, symmetric = FALSE) {
  i <- sample.int(n, 1)
  paths <- x %*% x + x %*% t(x)
  worth <- weights[1] + weights[2] * x[, i] + weights[3] * paths[i, ] + weights[4] * w[i, ]
  chance <- exp(ifelse(x[i, ] == 1, -worth, worth))
  chance[i] <- 1
  j <- sample.int(n, 1, prob = chance)
  if (j != i) {
    x[i, j] <- 1 - x[i, j]
    if (symmetric) x[j, i] <- x[i, j]
  }
  x
}
weights <- list(
  advice = c(-1.5, 0.9, 0.12, 0.9), support = c(-1.5, 1, 0, 0.8), joint = c(-1.2, 0, 0, 0.9))
now <- lapply(weights, function(item) matrix(0, n, n))
run <- function(now, periods) {
  for (k in seq_len(round(periods * n * 7))) {
    what <- sample(names(now), 1, prob = c(4, 4, 3))
    other <- if (what == "advice") now$support else now$advice
    now[[what]] <- step(now[[what]], other, weights[[what]], what == "joint")
  }
  now
}
now <- run(now, 12)
waves <- list(now)
for (wave in 2:3) {
  now <- run(now, 1)
  waves[[wave]] <- now
}
relation <- function(name) lapply(waves, function(wave) wave[[name]])
dependent <- function(name) sienaDependent(array(unlist(relation(name)), dim = c(n, n, 3)))
advice <- dependent("advice")
support <- dependent("support")
joint <- dependent("joint")

silently <- function(call) {
  capture.output(result <- suppressWarnings(suppressMessages(call)))
  result
}
rates <- function(effects) {
  effects$include <- effects$type == "rate" & effects$basicRate
  effects
}
include <- function(effects, name, short, other = "", type = "eval", parameter = NULL) {
  if (is.null(parameter)) {
    return(silently(setEffect(
      effects, short, character = TRUE, name = name, interaction1 = other, type = type,
      verbose = FALSE)))
  }
  silently(setEffect(
    effects, short, character = TRUE, name = name, interaction1 = other, type = type,
    parameter = parameter, verbose = FALSE))
}

# Observed statistics, by period. Parameter 1 is the plain degree, less its mean over all waves.
names5 <- list(
  "tied-in" = c("crprod", NA), "returned-in" = c("crprodRecip", NA), "closed-in" = c("closure", NA),
  "popular-in" = c("inPopIntn", 1), "active-in" = c("outActIntn", 1))
targets <- list()
data <- sienaDataCreate(advice, support, joint)
for (pair in list(
  c("advice", "support"), c("support", "advice"), c("advice", "joint"), c("joint", "advice"))) {
  for (effect in names(names5)) {
    for (type in c("eval", "creation", "endow")) {
      rsiena <- names5[[effect]]
      effects <- try(include(
        rates(getEffects(data)), pair[1], rsiena[1], pair[2], type,
        if (is.na(rsiena[2])) NULL else as.numeric(rsiena[2])), silent = TRUE)
      if (inherits(effects, "try-error")) next
      algorithm <- silently(sienaAlgorithmCreate(
        projname = NULL, cond = FALSE, seed = 1, n3 = 10, nsub = 0, simOnly = TRUE))
      answer <- try(
        silently(siena07(algorithm, data = data, effects = effects, batch = TRUE, silent = TRUE)),
        silent = TRUE)
      if (inherits(answer, "try-error")) next
      row <- which(answer$requestedEffects$shortName == rsiena[1])
      if (length(row) != 1) next
      targets[[length(targets) + 1]] <- list(
        relation = pair[1], other = pair[2], effect = effect, part = type,
        periods = answer$targets2[row, ])
    }
  }
}

# Estimates of two relations that form together.
estimate <- function(data, modelType, ...) {
  effects <- rates(getEffects(data))
  for (item in list(...)) effects <- do.call(include, c(list(effects), as.list(item)))
  algorithm <- silently(sienaAlgorithmCreate(
    projname = NULL, cond = FALSE, seed = 7, n3 = 5000, modelType = modelType))
  answer <- silently(siena07(algorithm, data = data, effects = effects, batch = TRUE, silent = TRUE))
  for (again in 1:3) {
    if (answer$tconv.max < 0.12) break
    answer <- silently(siena07(
      algorithm, data = data, effects = effects, batch = TRUE, silent = TRUE, prevAns = answer))
  }
  used <- answer$requestedEffects
  list(
    effects = lapply(seq_along(answer$theta), function(k) {
      list(
        relation = used$name[k], effect = used$shortName[k], type = used$type[k],
        estimate = answer$theta[k], error = answer$se[k], target = answer$targets[k])
    }), convergence = answer$tconv.max[1])
}
both <- estimate(
  sienaDataCreate(advice, support), c(advice = 1, support = 1), c("advice", "density"),
  c("advice", "recip"), c("advice", "transTrip"), c("advice", "crprod", "support"),
  c("support", "density"), c("support", "recip"), c("support", "crprod", "advice"),
  c("support", "crprodRecip", "advice"))
mixed <- estimate(
  sienaDataCreate(advice, joint), c(advice = 1, joint = 2), c("advice", "density"),
  c("advice", "recip"), c("advice", "crprod", "joint"), c("joint", "density"),
  c("joint", "crprod", "advice"))

ties <- function(m) {
  pairs <- which(t(m) == 1, arr.ind = TRUE)
  unname(lapply(seq_len(nrow(pairs)), function(k) c(pairs[k, 2], pairs[k, 1]) - 1))
}
result <- list(
  actors = n,
  relations = lapply(
    setNames(names(weights), names(weights)), function(name) lapply(relation(name), ties)),
  targets = targets, directed = both, mixed = mixed)
writeLines(
  jsonlite::toJSON(result, auto_unbox = TRUE, digits = 15, pretty = FALSE), "relations.json")
writeLines(
  c(R.version.string, paste("RSiena", packageVersion("RSiena"))), "relations-session.txt")
