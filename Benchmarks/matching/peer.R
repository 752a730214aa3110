# Peers on problems of the same size, one row each in the form of the benchmark's own; those that are not installed are
# named as skipped.
size <- function(n1, n0) {
  set.seed(7)
  n <- n1 + n0
  d <- as.data.frame(matrix(rnorm(n * 8), n))
  d$treated <- as.integer(seq_len(n) <= n1)
  d[d$treated == 1, 1:8] <- d[d$treated == 1, 1:8] + 0.1
  d
}
f <- reformulate(paste0("V", 1:8), "treated")
row <- function(task, tool, n1, n0, work) {
  time <- system.time(work())
  cat(task, tool, paste(n1, "x", n0), sprintf("%.3f", time[["elapsed"]]),
      sprintf("%.3f", time[["user.self"]]), "-", "", sep = "\t")
  cat("\n")
}
skipped <- function(task, tool) cat(task, tool, "-", "-", "-", "-", "skipped: not installed here\n", sep = "\t")
has <- function(package) suppressMessages(suppressWarnings(requireNamespace(package, quietly = TRUE)))
if (has("MatchIt")) {
  suppressMessages(library(MatchIt))
  tool <- paste("MatchIt", packageVersion("MatchIt"))
  for (n in list(c(500, 5000), c(2000, 20000), c(5000, 50000))) {
    d <- size(n[1], n[2])
    row("nearest, Mahalanobis, 8 covariates", tool, n[1], n[2],
        function() matchit(f, d, distance = "mahalanobis"))
    row("nearest, score", tool, n[1], n[2], function() matchit(f, d))
  }
  if (has("optmatch")) {
    options(optmatch_max_problem_size = Inf)
    d <- size(2000, 20000)
    row("optimal, Mahalanobis, 8 covariates", paste("optmatch", packageVersion("optmatch")), 2000, 20000,
        function() matchit(f, d, distance = "mahalanobis", method = "optimal"))
  } else skipped("optimal and full", "optmatch")
} else skipped("nearest", "MatchIt")
if (has("couplr")) {
  for (n in list(c(2000, 20000), c(5000, 50000))) {
    d <- size(n[1], n[2])
    row("optimal, Mahalanobis, 8 covariates", paste("couplr", packageVersion("couplr")), n[1], n[2],
        function() couplr::match_couples(d[d$treated == 1, ], d[d$treated == 0, ],
                                         vars = paste0("V", 1:8), distance = "mahalanobis"))
  }
} else skipped("optimal", "couplr")
if (!has("matchMulti")) skipped("schools and pupils, jointly", "matchMulti")
