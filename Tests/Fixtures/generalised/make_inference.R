# Profile intervals and likelihood-ratio tests of generalised linear mixed models by lme4. Run in this folder:
# Rscript make_inference.R
#
# Data: cbpp of lme4 and Contraception of mlmRev, as Debian distributes them (GPL-2+); they stand in fits.json.
# Profiles are lme4's, whose ends carry an error of about 1e-3 standard errors.
suppressMessages({ library(lme4); library(mlmRev); library(jsonlite) })
control <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-8, maxfun = 1e5))
sizes <- function(fit) summary(fit)$coefficients[, 2]

herds <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, control = control)
herds0 <- glm(cbind(incidence, size - incidence) ~ period, binomial, cbpp)
herds1 <- glmer(cbind(incidence, size - incidence) ~ 1 + (1 | herd), cbpp, binomial, control = control)
d <- transform(Contraception, use = as.numeric(use == "Y"), urbanY = as.numeric(urban == "Y"), age2 = age^2)
full <- use ~ age + age2 + urbanY + livch + (1 + urbanY | district)
slope <- glmer(full, d, binomial, control = control)
simple <- glmer(update(full, . ~ . - (1 + urbanY | district) + (1 | district)), d, binomial, control = control)

interval <- function(fit) {
  ci <- confint(fit, method = "profile", oldNames = FALSE, quiet = TRUE)
  lapply(seq_len(nrow(ci)), function(i) list(name = rownames(ci)[i], low = ci[i, 1], high = ci[i, 2]))
}
fall <- function(small, large) as.numeric(2 * (logLik(large) - logLik(small)))
out <- list(
  cbpp = interval(herds),
  comparisons = list(
    herd = list(statistic = fall(herds0, herds), df = 1, mixture = "half chi2(0), half chi2(1)"),
    period = list(statistic = fall(herds1, herds), df = 3, mixture = "chi2(3)"),
    slope = list(statistic = fall(simple, slope), df = 2, mixture = "half chi2(1), half chi2(2)")))
write(toJSON(out, digits = 15, auto_unbox = TRUE, pretty = TRUE), "inference.json")
