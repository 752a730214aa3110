# MatchIt's nearest neighbours by Mahalanobis distance on problems of the same size; clock, least of three.
suppressMessages(library(MatchIt))
for (size in list(c(500, 5000), c(2000, 20000), c(5000, 50000))) {
  set.seed(7)
  n <- sum(size)
  d <- as.data.frame(matrix(rnorm(n * 8), n))
  d$treated <- as.integer(seq_len(n) <= size[1])
  d[d$treated == 1, 1:8] <- d[d$treated == 1, 1:8] + 0.1
  f <- reformulate(names(d)[1:8], "treated")
  seconds <- min(replicate(3, system.time(matchit(f, d, distance = "mahalanobis"))["elapsed"]))
  cat("MatchIt", as.character(packageVersion("MatchIt")), "nearest", size[1], "x", size[2],
      ", 8 dimensions:", seconds, "s\n")
}
