# RSiena on the tasks of NetworksBenchmark: ministep N DENSITY, fit FOLDER. Prints rows for run.sh.
suppressMessages(library(RSiena))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[2]
# Where the package leaves what it writes.
setwd(tempdir())
quietly <- function(value) {
  capture.output(value)
  value
}
report <- function(task, size, figure, unit, note) {
  cat(task, "RSiena", size, figure, unit, note, sep = "\t")
  cat("\n")
}
model <- function(waves, kinds) {
  n <- nrow(waves[[1]])
  ties <- sienaDependent(array(unlist(waves), dim = c(n, n, length(waves))), allowOnly = FALSE)
  kind <- coCovar(kinds)
  data <- sienaDataCreate(ties, kind)
  effects <- includeEffects(getEffects(data), transTrip, verbose = FALSE)
  list(data = data, effects = includeEffects(effects, sameX, interaction1 = "kind", verbose = FALSE))
}
if (arguments[1] == "ministep") {
  n <- as.integer(arguments[2])
  set.seed(1)
  kinds <- sample(0:1, n, replace = TRUE)
  start <- matrix(0, n, n)
  start[sample(which(row(start) != col(start)), 4 * n)] <- 1
  other <- start
  other[sample(which(row(start) != col(start)), n)] <- 1
  m <- model(list(start, other), kinds)
  density <- as.numeric(arguments[3])
  m$effects$initialValue[m$effects$include] <- c(6, density, 1.5, 0.2, 0.2)
  runs <- max(4, 40000 %/% n)
  settings <- quietly(sienaAlgorithmCreate(
    projname = NULL, cond = FALSE, nsub = 0, n3 = runs, simOnly = TRUE, seed = 1))
  time <- system.time(siena07(settings, data = m$data, effects = m$effects, batch = TRUE, silent = TRUE))
  report("mini-step", n, signif(sum(time[1:2]) / (runs * 6 * n) * 1e6, 3), "µs",
      paste(runs, "periods at rate 6, start-up included"))
} else {
  waves <- lapply(1:3, function(k) {
    as.matrix(read.csv(file.path(folder, paste0("wave", k, ".csv")), header = FALSE))
  })
  m <- model(waves, scan(file.path(folder, "kinds.csv"), quiet = TRUE))
  settings <- quietly(sienaAlgorithmCreate(projname = NULL, cond = FALSE, n3 = 3000, seed = 1))
  time <- system.time(
    fit <- siena07(settings, data = m$data, effects = m$effects, batch = TRUE, silent = TRUE))
  report("fit", "50 x 3 waves", round(sum(time[1:2]), 2), "s",
      paste("3000 runs, overall t-ratio", round(fit$tconv.max, 3)))
}
