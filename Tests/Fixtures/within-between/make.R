# Within- and between-group parts by explicit columns in lme4: Rscript make.R > reference.json
suppressMessages(library(lme4))
set.seed(20240607)
school <- rep(1:12, times = c(3, 8, 5, 6, 9, 4, 7, 5, 6, 8, 4, 5))
level <- rnorm(12)
ses <- round(level[school] + rnorm(length(school)), 3)
ses[c(4, 30)] <- NA
score <- round(2 + 0.5 * ses + 0.8 * level[school] + 0.7 * rnorm(12)[school] + rnorm(length(school)), 3)
score[is.na(score)] <- 1
score[11] <- NA
rows <- data.frame(school, ses, score)
used <- rows[complete.cases(rows), ]
mean_by <- tapply(used$ses, used$school, mean)
used$between <- as.numeric(mean_by[as.character(used$school)])
used$within <- used$ses - used$between
tight <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
fit <- lmer(score ~ within + between + (1 | school), used, control = tight)
number <- function(x) paste0("[", paste(ifelse(is.na(x), "null", format(x, digits = 17, trim = TRUE)), collapse = ", "), "]")
cat("{\n")
cat('  "school": ', number(school), ",\n", sep = "")
cat('  "ses": ', number(ses), ",\n", sep = "")
cat('  "score": ', number(score), ",\n", sep = "")
cat('  "coefficients": ', number(fixef(fit)), ",\n", sep = "")
cat('  "errors": ', number(sqrt(diag(as.matrix(vcov(fit))))), ",\n", sep = "")
cat('  "criterion": ', format(REMLcrit(fit), digits = 17), "\n}\n", sep = "")
