# Files of Stata and SPSS with labels, missing values of each kind, dates and accented letters, and what is in them.
# Run in this folder: Rscript generate.R > session.txt
library(haven)
library(foreign)
people <- data.frame(
  pupil = c(101, 102, 103, 104, 105),
  score = c(1.5, NA, -2.25, 0, 12.75),
  stringsAsFactors = FALSE)
band <- c(1, 2, 3, 1, 2)
scale <- c(1, 5, 3, 4, 2)
name <- c("Zoë", "Ann", "Bo", "", "José")
joined <- as.Date(c("2015-09-01", "1960-01-01", NA, "1900-01-01", "2024-02-29"))
labelled_band <- labelled(band, c("below" = 1, "at" = 2, "above" = 3), label = "Band of attainment")
labelled_scale <- labelled(scale, c("never" = 1, "always" = 5))

stata <- data.frame(people)
stata$band <- labelled_band
stata$scale <- labelled_scale
stata$reason <- labelled(
  c(1, tagged_na("a"), tagged_na("b"), NA, 2),
  c("present" = 1, "late" = 2, "absent" = tagged_na("a")))
stata$name <- name
stata$joined <- joined
for (version in c(8, 10, 12, 13, 14, 15)) write_dta(stata, sprintf("stata%d.dta", version), version = version)
# Another writer, without labels of values.
write.dta(transform(people, half = c(0.5, 1, NA, 2, 2.5)), "foreign.dta", version = 7L + 3L)

spss <- data.frame(people)
spss$band <- labelled_band
spss$scale <- labelled_scale
spss$reason <- labelled_spss(c(1, 8, 9, NA, 2), c("present" = 1, "late" = 2, "refused" = 9), na_values = c(8, 9))
spss$range <- labelled_spss(c(5, 97, 98, 10, 99), na_range = c(97, 99))
spss$name <- name
spss$joined <- joined
write_sav(spss, "plain.sav", compress = "byte")
write_sav(spss, "uncompressed.sav", compress = "none")
write_sav(spss, "compressed.zsav", compress = "zsav")

# Damaged ones: cut off in the middle of the rows, and announcing a billion rows.
cut <- function(from, to, share) {
  bytes <- readBin(from, "raw", file.size(from))
  writeBin(bytes[seq_len(floor(length(bytes) * share))], to)
}
big <- data.frame(up = as.numeric(1:400), down = as.numeric(400:1) + 0.5)
write.dta(big, "big.dta", version = 10L)
cut("big.dta", "cut.dta", 0.6)
write_sav(big, "big.sav", compress = "none")
cut("big.sav", "cut.sav", 0.6)
# The number of rows stands in bytes 7 to 10 of format 114.
bytes <- readBin("big.dta", "raw", file.size("big.dta"))
bytes[7:10] <- as.raw(c(0xff, 0xff, 0xff, 0x3f))
writeBin(bytes, "billion.dta")
unlink(c("big.dta", "big.sav"))
print(sessionInfo())
