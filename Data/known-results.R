#!/usr/bin/env Rscript
# Fits, with lme4, the models whose results the READMEs of this folder state:
#   Rscript Data/known-results.R
suppressMessages(library(lme4))
folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
options(digits = 9, width = 100)

show <- function(title, formula, data, REML = TRUE) {
  fit <- lmer(formula, data, REML = REML, control = lmerControl(
    optimizer = "bobyqa", optCtrl = list(rhobeg = 2e-3, rhoend = 1e-10, maxfun = 1e5)))
  cat("\n##", title, if (REML) "(REML)" else "(ML)", deparse(formula, width.cutoff = 200), "\n")
  print(coef(summary(fit)))
  print(as.data.frame(VarCorr(fit))[, c("grp", "var1", "var2", "vcov", "sdcor")])
  cat("deviance", format(if (REML) REMLcrit(fit) else deviance(fit), digits = 12), "\n")
}

pupils <- read.csv(file.path(folder, "high-school-and-beyond", "pupils.csv"))
schools <- read.csv(file.path(folder, "high-school-and-beyond", "schools.csv"))
hsb <- merge(pupils, schools, by = "school")
hsb$catholic <- as.numeric(hsb$sector == "Catholic")
show("unconditional", mathach ~ 1 + (1 | school), hsb)
show("means as outcomes", mathach ~ meanses_reported + (1 | school), hsb)
show("random coefficients", mathach ~ cses + (1 + cses | school), hsb)
show("full", mathach ~ (meanses_reported + catholic) * cses + (1 + cses | school), hsb)

exam <- read.csv(file.path(folder, "london-gcse", "pupils.csv"))
show("unconditional", normexam ~ 1 + (1 | school), exam)
show("intake", normexam ~ standLRT + (1 | school), exam, REML = FALSE)
show("random slope", normexam ~ standLRT + (1 + standLRT | school), exam, REML = FALSE)
show("full", normexam ~ standLRT + sex + (1 + standLRT | school), exam)

fife <- read.csv(file.path(folder, "fife", "pupils.csv"))
show("unconditional", attain ~ 1 + (1 | primary) + (1 | secondary), fife)
show("full", attain ~ verbal + social + sex + (1 | primary) + (1 | secondary), fife)
