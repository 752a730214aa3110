# Entropy balancing of the 160 schools of schools.json by R's quasi-Newton minimiser on the dual, finished
# with Newton steps on plain dense formulas. Run in this folder, after generate.R:  Rscript entropy.R
suppressPackageStartupMessages(library(jsonlite))
data <- as.data.frame(fromJSON("schools.json")$data)
x <- scale(as.matrix(data[c("n", "mean_ses", "minority_share")]))
weigh <- function(rows, target) { # weights of rows that give them the target, summing to one
  z <- sweep(rows, 2, target)
  value <- function(b) log(sum(exp(z %*% b)))
  shares <- function(b) { e <- exp(drop(z %*% b)); e / sum(e) }
  b <- optim(rep(0, ncol(z)), value, function(b) colSums(shares(b) * z), method = "BFGS",
             control = list(maxit = 10000, reltol = 1e-14))$par
  for (step in 1:20) {
    w <- shares(b); g <- colSums(w * z)
    b <- b - solve(crossprod(z, w * z) - tcrossprod(g), g)
  }
  w <- shares(b); stopifnot(max(abs(colSums(w * z))) < 1e-12); w * nrow(z)
}
balance <- function(features, estimand) {
  treated <- data$treat == 1
  focal <- switch(estimand, att = treated, atc = !treated, ate = rep(TRUE, length(treated)))
  target <- colMeans(features[focal, , drop = FALSE]); w <- rep(1, length(treated))
  for (arm in c(TRUE, FALSE)) if (estimand == "ate" || arm != (estimand == "att"))
    w[treated == arm] <- weigh(features[treated == arm, ], target)
  w
}
one <- function(moments) {
  f <- if (moments == 2) cbind(x, x^2) else x
  lapply(c(att = "att", atc = "atc", ate = "ate"), function(e)
    tryCatch(balance(f, e), error = function(condition) NULL))
}
writeLines(toJSON(list(moments_1 = one(1), moments_2 = one(2)), digits = NA, null = "null"), "entropy.json")
