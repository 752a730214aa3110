# Joint tests of coefficients, and profile intervals, from Debian's r-cran-lme4, r-cran-lmertest, r-cran-pbkrtest
# and r-cran-clubsandwich. Run in this folder: Rscript generate.R
# The data are ../multilevel/*.csv. Each fit is polished by Newton steps on lme4's own deviance, and the
# polished parameters are put back into the fit, because the default search stops early.
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(clubSandwich)
  library(numDeriv); library(jsonlite)})

levels_of <- list(
  Exam = list(sex = c("F", "M")), Hsb82 = list(sector = c("Public", "Catholic")), sleepstudy = list())
pupils <- described <- theta <- NULL
# Contrasts: rows of L over the coefficients, with right-hand sides.
models <- list(
  list("london", "Exam", normexam ~ standLRT * sex + (standLRT | school), "school",
    list(joint = list(L = rbind(c(0, 0, 1, 0), c(0, 0, 0, 1)), rhs = c(0, 0)),
      shifted = list(L = rbind(c(0, 1, 0, 0), c(0, 1, 0, 1)), rhs = c(0.5, 0.5)),
      single = list(L = rbind(c(0, 0, 1, 0.5)), rhs = 0))),
  list("catholic", "Hsb82", mAch ~ meanses * cses + sector * cses + (cses | school), "school",
    list(sector = list(L = rbind(c(0, 0, 0, 1, 0, 0), c(0, 0, 0, 0, 0, 1)), rhs = c(0, 0)),
      three = list(L = rbind(c(0, 1, 0, 0, 0, 0), c(0, 0, 0, 1, 0, 0), c(0, 0, 0, 0, 1, 0)),
        rhs = c(0, 0, 0)),
      equal = list(L = rbind(c(0, 1, -1, 0, 0, 0)), rhs = 0))),
  list("sleep", "sleepstudy", Reaction ~ Days + I(Days^2) + (Days | Subject), "Subject",
    list(shape = list(L = rbind(c(0, 1, 0), c(0, 0, 1)), rhs = c(0, 0)))),
  list("sleep_slopes", "sleepstudy", Reaction ~ Days + I(Days^2) + (Days || Subject), "Subject",
    list(shape = list(L = rbind(c(0, 1, 0), c(0, 0, 1)), rhs = c(0, 0)))))

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
held <- function(formula, data, theta, fitter)
  fitter(formula, data, start = theta,
    control = lmerControl(optimizer = function(fn, par, lower, upper, control) {
      list(par = theta, fval = fn(theta), conv = 0, message = "", convergence = 0)
    }, calc.derivs = FALSE, restart_edge = FALSE, boundary.tol = 0))
read <- function(data) {
  rows <- read.csv(paste0("../multilevel/", data, ".csv"))
  for (name in names(levels_of[[data]]))
    rows[[name]] <- factor(rows[[name]], levels = levels_of[[data]][[name]])
  for (group in intersect(c("school", "Subject"), names(rows))) rows[[group]] <- factor(rows[[group]])
  rows
}

results <- lapply(models, function(model) {
  # Global, because the packages look the call's arguments up from the formula.
  pupils <<- read(model[[2]])
  described <<- model[[3]]
  theta <<- polish(lme4::lmer(described, pupils))
  fit <- held(described, pupils, theta, lme4::lmer)
  small <- held(described, pupils, theta, lmerTest::lmer)
  robust <- vcovCR(fit, cluster = pupils[[model[[4]]]], type = "CR2")
  plain <- vcovCR(fit, cluster = pupils[[model[[4]]]], type = "CR1")
  tests <- lapply(model[[5]], function(h) {
    f <- contest(small, h$L, rhs = h$rhs, joint = TRUE)
    kr <- if (all(h$rhs == 0)) {
      s <- getKR(KRmodcomp(fit, h$L))
      list(f = s$Fstat, df = s$ddf, p = s$p.value, scaling = s$F.scaling)
    }
    htz <- function(v) {
      w <- Wald_test(fit, constraints = h$L, vcov = v, test = "HTZ")
      list(f = w$Fstat, df = w$df_denom, p = w$p_val)
    }
    list(L = h$L, rhs = I(h$rhs),
      satterthwaite = list(f = f[["F value"]], df = f[["DenDF"]], p = f[["Pr(>F)"]]),
      kenward_roger = kr,
      cr2 = if (all(h$rhs == 0)) htz(robust), cr1 = if (all(h$rhs == 0)) htz(plain))
  })
  list(name = model[[1]], data = model[[2]], formula = paste(deparse(described, 200), collapse = ""),
    coefficients = I(names(fixef(fit))), levels = levels_of[[model[[2]]]], tests = tests)
})

# Profiles of polished ML fits, on a finer grid than the default and without loosening its tolerance.
profiles <- lapply(list(
  list("sleepstudy", Reaction ~ Days + (Days | Subject)),
  list("sleepstudy", Reaction ~ Days + (1 | Subject)),
  list("sleepstudy", Reaction ~ Days + (Days || Subject)),
  list("Exam", normexam ~ standLRT + (1 | school)),
  list("Penicillin", diameter ~ 1 + (1 | plate) + (1 | sample)),
  list("Pastes", strength ~ 1 + (1 | batch/cask)),
  list("Dyestuff2", Yield ~ 1 + (1 | Batch))), function(model) {
  pupils <<- read(model[[1]])
  described <<- model[[2]]
  fit <- lme4::lmer(described, pupils, REML = FALSE,
    control = lmerControl(optCtrl = list(ftol_abs = 1e-12, xtol_abs = 1e-10)))
  walked <- suppressWarnings(profile(fit, signames = FALSE, delta = 0.1, maxpts = 400))
  ci <- suppressWarnings(confint(walked, level = 0.95))
  list(data = model[[1]], formula = paste(deparse(described, 200), collapse = ""),
    levels = levels_of[[model[[1]]]], names = I(rownames(ci)), low = I(unname(ci[, 1])),
    high = I(unname(ci[, 2])))
})
write_json <- function(x, file) {
  text <- toJSON(exact(x), auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor", null = "null")
  writeLines(gsub('"@NA@"', "null", gsub('"@([^"]*)@"', "\\1", text)), file)
}
write_json(results, "joint_tests.json")
write_json(profiles, "profiles.json")
writeLines(capture.output(sessionInfo()), "session.txt")
