# Tail probabilities and quantiles by R's own distribution functions: Rscript generate.R
# R states about 1e-15 relative for these in the ranges used; Philox's answers are those published with
# Random123 (kat_vectors) and stand in the test itself.
number <- function(x) sprintf("%.17g", x)
rows <- function(name, arguments, values) {
  cells <- apply(cbind(arguments, values), 1, function(r) paste0("[", paste(number(r), collapse = ","), "]"))
  paste0('"', name, '": [', paste(cells, collapse = ",\n"), "]")
}
p <- c(1e-300, 1e-100, 1e-20, 1e-10, 1e-5, 0.001, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.975, 0.999, 1 - 1e-7)
x <- c(-30, -8, -3, -1, -0.1, 0, 0.3, 1, 1.96, 4, 7)
df <- c(0.7, 1, 2, 2.5, 5, 10.3, 30, 100, 1000, 123456)
t <- expand.grid(x = c(0.01, 0.5, 1, 2, 3.5, 8, 20), df = df)
tq <- expand.grid(p = c(1e-8, 0.001, 0.025, 0.2, 0.4, 0.6, 0.9, 0.975, 0.9995), df = df)
f <- expand.grid(x = c(0.05, 0.5, 1, 2, 5, 20), a = c(1, 2, 3.5, 10), b = c(1, 4.2, 20, 500, 1e5))
c2 <- expand.grid(x = c(0.01, 0.5, 1, 3, 10, 40, 120), df = c(1, 2, 3.5, 10, 50, 200))
writeLines(c("{", paste(c(
  rows("normalQuantile", p, qnorm(p)),
  rows("normalCumulative", x, pnorm(x)),
  rows("tTwoSided", as.matrix(t), 2 * pt(t$x, t$df, lower.tail = FALSE)),
  rows("tQuantile", as.matrix(tq), qt(tq$p, tq$df)),
  rows("fUpper", as.matrix(f), pf(f$x, f$a, f$b, lower.tail = FALSE)),
  rows("chiSquaredUpper", as.matrix(c2), pchisq(c2$x, c2$df, lower.tail = FALSE)),
  rows("chiSquaredLower", as.matrix(c2), pchisq(c2$x, c2$df))), collapse = ",\n"), "}"), "distributions.json")
writeLines(capture.output(sessionInfo()), "session.txt")
