# Cluster-robust covariances of linear mixed models, from Debian's r-cran-clubsandwich.
# Run in this folder: Rscript generate.R
# The data are ../multilevel/*.csv. Each fit is polished by Newton steps on lme4's own deviance, and the
# polished parameters are put back into the fit, because the default search stops early.
suppressMessages({library(lme4); library(clubSandwich); library(numDeriv); library(jsonlite)})

levels_of <- list(
  Exam = list(sex = c("F", "M")), Hsb82 = list(sector = c("Public", "Catholic")), sleepstudy = list())
pupils <- described <- theta <- NULL
models <- list(
  list("london_slope", "Exam", normexam ~ standLRT + sex + (standLRT | school), "school"),
  list("hsb_contextual", "Hsb82", mAch ~ meanses * cses + sector * cses + (cses | school), "school"),
  list("sleep", "sleepstudy", Reaction ~ Days + (Days | Subject), "Subject"),
  list("pastes", "Pastes", strength ~ 1 + (1 | batch/cask), "batch"))

polish <- function(fit) {
  deviance <- update(fit, devFunOnly = TRUE)
  theta <- getME(fit, "theta")
  for (step in 1:20) {
    g <- grad(deviance, theta, method.args = list(eps = 1e-3, d = 1e-3, r = 4))
    h <- hessian(deviance, theta, method.args = list(eps = 1e-2, d = 1e-2, r = 4))
    move <- -solve(h, g)
    theta <- theta + move
    if (max(abs(move)) < 1e-10) break
  }
  theta
}
exact <- function(x) {
  if (is.list(x)) return(lapply(x, exact))
  if (!is.double(x)) return(x)
  text <- structure(sprintf("@%.17g@", x), dim = dim(x))
  if (inherits(x, "AsIs")) I(text) else text
}

results <- lapply(models, function(model) {
  # Global, because the packages look the call's arguments up from the formula.
  pupils <<- read.csv(paste0("../multilevel/", model[[2]], ".csv"))
  for (name in names(levels_of[[model[[2]]]]))
    pupils[[name]] <<- factor(pupils[[name]], levels = levels_of[[model[[2]]]][[name]])
  for (group in intersect(c("school", "Subject", "batch", "cask"), names(pupils)))
    pupils[[group]] <<- factor(pupils[[group]])
  described <<- model[[3]]
  theta <<- polish(lmer(described, pupils))
  # A fit at given parameters: no search, started where it ends.
  fit <- lmer(described, pupils, start = theta,
    control = lmerControl(optimizer = function(fn, par, lower, upper, control) {
      list(par = theta, fval = fn(theta), conv = 0, message = "", convergence = 0)
    }, calc.derivs = FALSE, restart_edge = FALSE, boundary.tol = 0))
  of <- function(type) {
    robust <- vcovCR(fit, cluster = pupils[[model[[4]]]], type = type)
    test <- coef_test(fit, vcov = robust, test = "Satterthwaite")
    list(covariance = unname(as.matrix(robust)), df = I(test$df))
  }
  list(name = model[[1]], data = model[[2]], formula = paste(deparse(described, 200), collapse = ""),
    coefficients = I(names(fixef(fit))), levels = levels_of[[model[[2]]]], cluster = model[[4]],
    cr1 = of("CR1"), cr2 = of("CR2"))
})
text <- toJSON(exact(results), auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor", null = "null")
writeLines(gsub('"@([^"]*)@"', "\\1", text), "cluster_robust.json")
writeLines(capture.output(sessionInfo()), "session.txt")
