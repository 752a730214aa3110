# Reference fits of linear mixed models, from Debian's r-cran-lme4, r-cran-lmertest and r-cran-mlmrev.
# Run in this folder: Rscript generate.R
# Each fit is polished by Newton steps on lme4's own deviance, because its default search stops early; all
# results are evaluated at the polished parameters.
suppressMessages({library(lme4); library(lmerTest); library(mlmRev); library(numDeriv); library(jsonlite)})

models <- list(
  list("hsb_contextual", "Hsb82", mAch ~ meanses * cses + sector * cses + (cses | school)),
  list("hsb_independent", "Hsb82", mAch ~ cses + (cses || school)),
  list("london_slope", "Exam", normexam ~ standLRT + sex + (standLRT | school)),
  list("london_null", "Exam", normexam ~ 1 + (1 | school)),
  list("scotland_crossed", "ScotsSec", attain ~ verbal + sex + (1 | primary) + (1 | second)),
  list("sleep", "sleepstudy", Reaction ~ Days + (Days | Subject)),
  list("penicillin", "Penicillin", diameter ~ 1 + (1 | plate) + (1 | sample)),
  list("pastes", "Pastes", strength ~ 1 + (1 | batch/cask)),
  list("dyestuff_singular", "Dyestuff2", Yield ~ 1 + (1 | Batch)))

polish <- function(fit) {
  deviance <- update(fit, devFunOnly = TRUE)
  theta <- getME(fit, "theta")
  for (step in 1:20) {
    g <- grad(deviance, theta, method.args = list(eps = 1e-3, d = 1e-3, r = 4))
    h <- hessian(deviance, theta, method.args = list(eps = 1e-2, d = 1e-2, r = 4))
    move <- -solve(h, g)
    theta <- theta + move
    if (max(abs(move)) < 1e-9) break
  }
  theta[abs(theta) < 1e-7] <- 0
  deviance(theta)
  list(theta = theta, deviance = deviance, environment = environment(deviance))
}

# Doubles with 17 significant digits, of which jsonlite alone gives 15.
exact <- function(x) {
  if (is.list(x)) return(lapply(x, exact))
  if (!is.double(x)) return(x)
  text <- structure(sprintf("@%.17g@", x), dim = dim(x))
  if (inherits(x, "AsIs")) I(text) else text
}
write <- function(x, file) {
  text <- toJSON(exact(x), auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor", null = "null")
  writeLines(gsub('"@([^"]*)@"', "\\1", text), file)
}

for (name in unique(sapply(models, `[[`, 2)))
  data(list = name, package = if (name %in% c("Hsb82", "Exam", "ScotsSec")) "mlmRev" else "lme4")
# One file a data set: the columns of all its models.
for (name in unique(sapply(models, `[[`, 2))) {
  used <- unique(unlist(lapply(Filter(function(m) m[[2]] == name, models), function(m) all.vars(m[[3]]))))
  frame <- as.data.frame(get(name))
  utils::write.csv(
    as.data.frame(lapply(frame[used], function(x) if (is.double(x)) sprintf("%.17g", x) else as.character(x))),
    paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
}

for (model in models) for (reml in c(TRUE, FALSE)) {
  frame <- as.data.frame(get(model[[2]]))
  formula <- model[[3]]
  start <- suppressWarnings(suppressMessages(lme4::lmer(formula, frame, REML = reml)))
  best <- polish(start)
  parts <- lFormula(formula, frame, REML = reml)
  fit <- mkMerMod(best$environment, list(par = best$theta, fval = best$deviance(best$theta), conv = 0,
    message = NULL), parts$reTrms, fr = parts$fr, mc = start@call)
  tests <- summary(lmerTest:::as_lmerModLT(fit, best$deviance))$coefficients
  modes <- ranef(fit, condVar = TRUE)
  effects <- lapply(names(modes), function(group) {
    spread <- attr(modes[[group]], "postVar")
    k <- ncol(modes[[group]])
    variances <- if (is.list(spread)) do.call(cbind, lapply(spread, function(a) apply(a, 3, diag)))
      else if (k == 1) matrix(spread[1, 1, ], ncol = 1) else t(apply(spread, 3, diag))
    list(group = group, levels = rownames(modes[[group]]), terms = I(colnames(modes[[group]])),
      modes = unname(as.matrix(modes[[group]])), variances = unname(variances))
  })
  factors <- Filter(is.factor, frame[all.vars(formula)])
  write(list(
    formula = paste(deparse(formula, width.cutoff = 500), collapse = " "), data = model[[2]],
    levels = lapply(factors, function(x) I(levels(x))), reml = reml, n = nobs(fit),
    theta = I(unname(best$theta)),
    criterion = best$deviance(best$theta), coefficients = I(names(fixef(fit))),
    beta = I(unname(fixef(fit))), vcov = unname(as.matrix(vcov(fit))), df = I(unname(tests[, "df"])),
    p_value = I(unname(tests[, "Pr(>|t|)"])), sigma = sigma(fit), singular = isSingular(fit),
    aic = AIC(fit), bic = BIC(fit), effects = effects),
    paste0(model[[1]], if (reml) "_reml" else "_ml", ".json"))
}
writeLines(capture.output(sessionInfo()), "session.txt")
