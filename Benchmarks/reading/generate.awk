# Writes 1.5 million pupils with 12 columns of mixed types, about 105 MB, always the same bytes:
#   awk -v rows=1500000 -f generate.awk > pupils.csv
# The generator is the Lehmer sequence x' = 48271 x mod (2^31 - 1), exact in awk's doubles.
function uniform() { state = (48271 * state) % 2147483647; return state / 2147483647 }
function among(count) { return 1 + int(uniform() * count) }
BEGIN {
  state = 82
  split("White British,White,African,Caribbean,Indian,Pakistani,Bangladeshi," \
    "Chinese,Mixed,Other", ethnicity, ",")
  for (area = 1; area <= 150; area++) name[area] = sprintf("Area %03d", area)
  print "pupil,school,year,sex,ethnicity,fsm,authority,born,prior,reading,mathematics,attendance"
  for (row = 1; row <= rows; row++) {
    reading = uniform() + uniform() + uniform() + uniform() - 2
    printf "%d,%d,%d,%s,%s,%s,%s,%04d-%02d-%02d,", 1000000 + row, 10000 + among(16000), \
      2013 + among(5), uniform() < 0.5 ? "F" : "M", ethnicity[among(10)], \
      uniform() < 0.2 ? "TRUE" : "FALSE", name[among(150)], 2000 + among(5), among(12), among(28)
    if (uniform() < 0.03) printf ","; else printf "%.2f,", 15 + 12 * uniform()
    printf "%.4f,%.4f,%.1f\n", reading, 0.7 * reading + uniform() - 0.5, 80 + 20 * uniform()
  }
}
