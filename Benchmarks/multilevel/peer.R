# lme4's fit of the rows that MultilevelBenchmark wrote: Rscript peer.R nested|crossed FILE
suppressMessages(library(lme4))
arguments <- commandArgs(TRUE)
rows <- read.csv(arguments[2])
for (name in c("school", "authority", "primary")) rows[[name]] <- factor(rows[[name]])
fixed <- "attainment ~ prior + prior2 + poverty + female + language + intake + type"
random <- if (arguments[1] == "nested") "(1 + prior | school) + (1 | authority)" else
  "(1 | primary) + (1 | school)"
time <- system.time(fit <- lmer(as.formula(paste(fixed, "+", random)), rows,
  control = lmerControl(calc.derivs = FALSE)))
cat("lme4", as.character(packageVersion("lme4")), arguments[1], "rows", nrow(rows), "seconds",
  time[["elapsed"]], "user", time[["user.self"]], "criterion",
  format(REMLcrit(fit), digits = 16), "theta", format(getME(fit, "theta"), digits = 10), "\n")
