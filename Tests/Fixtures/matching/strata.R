# Strata of the 160 schools of schools.json by MatchIt (subclassification, coarsened exact matching) for
# each estimand. Scores are linear predictors of a tight fit, so that strata hang on the method alone.
# Run in this folder, after generate.R:  Rscript strata.R
suppressPackageStartupMessages({library(MatchIt); library(jsonlite)})
data <- as.data.frame(fromJSON("schools.json")$data)
names <- c("n", "mean_ses", "sd_ses", "minority_share", "female_share")
f <- reformulate(names, "treat")
score <- glm(f, binomial, data, control = glm.control(epsilon = 1e-15, maxit = 100))$linear.predictors

result <- function(..., formula = f) {
  m <- suppressWarnings(matchit(formula, data, ...))
  list(weights = unname(m$weights),
       sets = ifelse(is.na(m$subclass), -1L, as.integer(m$subclass)))
}
estimands <- c(att = "ATT", atc = "ATC", ate = "ATE")
cut <- treat ~ n + mean_ses + minority_share # the others in one bin
designs <- list(
  subclass_6 = lapply(estimands, function(e) result(method = "subclass", distance = score, estimand = e)),
  # So many that some strata must be filled from their neighbours.
  subclass_25 = lapply(estimands, function(e)
    result(method = "subclass", distance = score, subclass = 25, estimand = e)),
  cem_bins = lapply(estimands, function(e) result(method = "cem", formula = cut,
    estimand = e, cutpoints = list(n = 3, mean_ses = 4, minority_share = 3))),
  cem_cutpoints = lapply(estimands, function(e) result(method = "cem", formula = cut,
    estimand = e, cutpoints = list(n = c(60, 40), mean_ses = c(-0.2, 0.3), minority_share = c(0.1, 0.5)))))
writeLines(toJSON(designs, digits = NA, auto_unbox = TRUE), "strata.json")
writeLines(c(R.version.string, paste("MatchIt", packageVersion("MatchIt")),
             paste("jsonlite", packageVersion("jsonlite"))), "strata-session.txt")
