set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'throughput-b-zipf.svg'
set title "Throughput, mix B, zipf keys\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
set grid
set encoding utf8
set key below
set xlabel "threads"
set ylabel "million operations a second"
set yrange [0:*]
set xtics ("1" 1, "2" 2, "4" 4)
$curve0 << EOD
1 35.96881
2 35.79021
4 32.36257
EOD
$curve1 << EOD
1 16.53809
2 16.05409
4 12.37523
EOD
$curve2 << EOD
1 9.588928
2 7.122702
4 9.055487
EOD
$curve3 << EOD
1 8.126479
2 6.750267
4 3.761377
EOD
$curve4 << EOD
1 10.82326
2 7.794011
4 11.10999
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#009E73' title "64 x lock + Dictionary", \
     $curve3 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#CC79A7' title "ReaderWriterLockSlim + Dictionary", \
     $curve4 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#E69F00' title "lock + Dictionary"
