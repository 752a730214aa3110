# A peer's time for one task on the rows that MultilevelBenchmark wrote: Rscript peer.R TASK FILE
task <- commandArgs(TRUE)[1]
file <- commandArgs(TRUE)[2]
has <- function(package) requireNamespace(package, quietly = TRUE)
rows <- if (has("data.table")) as.data.frame(data.table::fread(file, nThread = 1)) else read.csv(file)
for (name in c("school", "authority", "primary")) rows[[name]] <- factor(rows[[name]])
fixed <- "attainment ~ prior + prior2 + poverty + female + language + intake + type"
random <- c(nested = "(1 + prior | school) + (1 | authority)", crossed = "(1 | primary) + (1 | school)",
  "kenward-roger" = "(1 | school)")[task]
skip <- function(what) { cat(task, what, nrow(rows), "-", "-", "skipped: not installed here", sep = "\t"); cat("\n"); quit() }
if (!has("lme4")) skip("lme4")
suppressMessages(library(lme4))
line <- function(tool, time, note) cat(task, tool, nrow(rows), round(time[["elapsed"]], 3),
  round(time[["user.self"]] + time[["sys.self"]], 3), paste0(note, "\n"), sep = "\t")
if (task == "logit") {
  rows$passed <- as.numeric(rows$attainment > 0.1)
  time <- system.time(fit <- glmer(as.formula(sub("attainment", "passed", paste(fixed, "+ (1 | school)"))), rows,
    binomial, control = glmerControl(calc.derivs = FALSE)))
  line(paste("glmer", packageVersion("lme4")), time, paste("deviance", format(-2 * logLik(fit), digits = 12)))
  quit()
}
time <- system.time(fit <- lmer(as.formula(paste(fixed, "+", random)), rows,
  control = lmerControl(calc.derivs = FALSE)))
line(paste("lme4", packageVersion("lme4")), time, paste("criterion", format(REMLcrit(fit), digits = 16)))
if (task == "kenward-roger") {
  if (!has("pbkrtest")) skip("pbkrtest")
  time <- system.time(adjusted <- pbkrtest::vcovAdj(fit))
  line(paste("pbkrtest", packageVersion("pbkrtest")), time, "adjusted covariance")
}
