#!/bin/sh
# Ten files with the quirks of real downloads. Nothing in them is real. Run in this folder: sh generate.sh
set -e
# 1 · Windows-1252: accented names, a curly apostrophe and a dash.
printf 'urn,name,score\n1,\311cole No\353l,101.5\n2,St Mary\222s \226 Infants,99\n' > 01-windows.csv
# 2 · Latin-1, which has to be declared to be called so.
printf 'urn;name;score\n1;Sant Jaume \347;101.5\n2;Ysgol T\364n;99\n' | tr ';' ',' > 02-latin.csv
# 3 · Lines that end in a carriage return alone, a quoted one inside a cell.
printf 'urn,name,score\r1,"Ash\rprimary",101.5\r2,Birch,99\r' > 03-carriage-returns.csv
# 4 · Compressed.
printf 'urn,name,score\n1,Ash,101.5\n2,Birch,99\n' | gzip -n > 04-compressed.csv.gz
# 5 · Commas between thousands, and a suppressed figure.
printf 'urn,roll,income\n1,"1,204","2,345,678.50"\n2,315,SUPP\n3,"1,000","12,000"\n' > 05-thousands.csv
# 6 · Days first, and a day that stands for none.
printf 'urn,opened,closed\n1,01/09/2017,01/01/1900\n2,31/08/2016,15/03/2020\n3,1/1/2015,01/01/1900\n' > 06-dates.csv
# 7 · Codes in place of figures.
printf 'urn,progress\n1,1.5\n2,SUPP\n3,NE\n4,NP\n5,LOWCOV\n6,SP\n7,NA\n8,\n9,-0.75\n10,SUPP\n' > 07-codes.csv
# 8 · National and authority rows among schools.
printf 'level,la,urn,score\nNational,,,all schools\nLocal authority,801,,average\nSchool,801,1,101.5\nSchool,801,2,99\nLocal authority,802,,average\nSchool,802,3,100\n' > 08-levels.csv
# 9 · Percentages published in bands.
printf 'urn,expected\n1,55 - <60%%\n2,<5%%\n3,GE95%%\n4,37%%\n5,SUPP\n' > 09-bands.csv
# 10 · Everything together, over two years that name columns differently, with schools that converted between them.
printf 'LEVEL,URN,SCHNAME,TOTPUPS,KS2EXP,OPENED\rNational,,,"4,500,000",60%%,\rSchool,1,\311cole,"1,204",55 - <60%%,01/09/2001\rSchool,2,Birch,315,SUPP,01/01/1900\r' | gzip -n > 10-2018.csv.gz
printf 'RECTYPE,URN,NAME,TOTAL PUPILS,PTEXP,OPENED\nSchool,101,\311cole,"1,260",60 - <65%%,01/09/2001\nSchool,2,Birch,NE,<5%%,01/01/1900\nNational,,,"4,600,000",61%%,\n' > 10-2019.csv
printf 'year,from,to\n,URN,urn\n2018,LEVEL,level\n2019,RECTYPE,level\n2018,SCHNAME,name\n2019,NAME,name\n2018,TOTPUPS,roll\n2019,TOTAL PUPILS,roll\n2018,KS2EXP,expected\n2019,PTEXP,expected\n,OPENED,opened\n' > 10-renames.csv
printf 'from,to\n1,51\n51,101\n' > 10-successors.csv
# What the tests of single files need.
printf 'urn,name\n1,Ash\n2,Birch\n3,Cedar\n' | gzip -n > schools.csv.gz
{ printf 'urn,name\n1,Ash\n2,Birch\n' | gzip -n; printf '3,Cedar\n4,Damson\n' | gzip -n; } > two-members.csv.gz
# 11 · Three years with three encodings and line ends, codes, bands, a school that converts twice, and one that merges.
printf 'RECTYPE,URN,SCHNAME,TOTPUPS,PTKS1EXP_L,OPENDATE\r5,,,"600,000",60%%,\r1,100,\311gl\373s,"1,050",55 - <60%%,01/09/2001\r1,101,Birch,"98",SUPP,01/01/1900\r1,102,Oak,"210",NE,15/04/1999\r' | gzip -n > 11-2016.csv.gz
printf 'RECTYPE,URN,NAME,TOT_PUPILS,PTEXP,OPENED\r\n1,200,\311gl\373s \226 upper,"1,100",60 - <65%%,01/09/2001\r\n1,101,Birch,NP,LOWCOV,01/01/1900\r\n1,102,Oak,"215",<5%%,15/04/1999\r\n4,,,"1,415",61%%,\r\n' > 11-2017.csv
printf 'RECTYPE,URN,NAME,TOT_PUPILS,PTEXP,OPENED\n1,300,\303\211gl\303\273s,"1,150",\342\211\24595%%,01/09/2001\n1,101,Birch,99,SP,01/01/1900\n1,102,Oak,220,37%%,15/04/1999\n' > 11-2018.csv
printf 'year,from,to\n,RECTYPE,level\n,URN,urn\n2016,SCHNAME,name\n,NAME,name\n2016,TOTPUPS,roll\n2016,PTKS1EXP_L,expected\n2016,OPENDATE,opened\n,TOT_PUPILS,roll\n,PTEXP,expected\n,OPENED,opened\n' > 11-renames.csv
printf 'from,to\n100,200\n200,300\n' > 11-successors.csv
# A school that merges into another of the same year.
printf 'from,to\n102,101\n' > 11-merger.csv
# A byte that Windows-1252 does not have.
printf 'urn,name\n1,Ash\n2,Be\201ch\n' > 12-undefined.csv
