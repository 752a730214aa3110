# RSiena on the tasks of NetworksBenchmark: ministep N, fit FOLDER. Prints rows for run.sh.
suppressMessages(library(RSiena))
arguments <- commandArgs(trailingOnly = TRUE)
row <- function(task, size, figure, unit, note) {
  cat(task, "RSiena", size, figure, unit, note, sep = "\t")
  cat("\n")
}
model <- function(waves, kinds) {
  n <- nrow(waves[[1]])
  ties <- sienaDependent(array(unlist(waves), dim = c(n, n, length(waves))))
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
  m$effects$initialValue[m$effects$include] <- c(6, -0.5 * log(n) - 0.1, 1.5, 0.2, 0.2)
  runs <- max(2, 20000 %/% n)
  settings <- sienaAlgorithmCreate(
    projname = NULL, cond = FALSE, nsub = 0, n3 = runs, simOnly = TRUE, seed = 1)
  time <- system.time(siena07(settings, data = m$data, effects = m$effects, batch = TRUE, silent = TRUE))
  row("mini-step", n, signif(sum(time[1:2]) / (runs * 6 * n) * 1e6, 3), "µs",
      paste(runs, "periods at rate 6, start-up included"))
} else {
  folder <- arguments[2]
  waves <- lapply(1:3, function(k) {
    as.matrix(read.csv(file.path(folder, paste0("wave", k, ".csv")), header = FALSE))
  })
  m <- model(waves, scan(file.path(folder, "kinds.csv"), quiet = TRUE))
  settings <- sienaAlgorithmCreate(projname = NULL, cond = FALSE, n3 = 3000, seed = 1)
  time <- system.time(
    fit <- siena07(settings, data = m$data, effects = m$effects, batch = TRUE, silent = TRUE))
  row("fit", "50 x 3 waves", round(sum(time[1:2]), 2), "s",
      paste("3000 runs, overall t-ratio", round(fit$tconv.max, 3)))
}
