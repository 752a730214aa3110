# A propensity score with an intercept for each authority, fitted by lme4 (Laplace) to the synthetic register, for the
# test of `distance: {propensity: {groups: la}}`. Run from this folder; writes multilevel_score.json.
suppressMessages(library(lme4))
schools <- read.csv("../../../Data/synthetic-register/schools.csv")
schools <- schools[complete.cases(schools[, c("federated", "roll", "fsm", "prior", "la")]), ]
schools$l_roll <- log(schools$roll)
fit <- glmer(federated ~ l_roll + fsm + prior + (1 | la), data = schools, family = binomial,
             control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhobeg = 2e-4, rhoend = 1e-10)))
eta <- predict(fit, type = "link")
shown <- round(seq(1, nrow(schools), length.out = 25))
json <- sprintf(
  '{"rows": %d, "deviation": %.12g, "coefficients": [%s], "urn": [%s], "eta": [%s], "lme4": "%s"}',
  nrow(schools), attr(VarCorr(fit)$la, "stddev"), paste(sprintf("%.12g", fixef(fit)), collapse = ", "),
  paste(schools$urn[shown], collapse = ", "), paste(sprintf("%.12g", eta[shown]), collapse = ", "),
  packageVersion("lme4"))
writeLines(json, "multilevel_score.json")
