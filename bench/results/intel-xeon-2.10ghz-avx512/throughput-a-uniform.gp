set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'throughput-a-uniform.svg'
set title "Throughput, mix A, uniform keys\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
set grid
set encoding utf8
set key below
set xlabel "threads"
set ylabel "million operations a second"
set yrange [0:*]
set xtics ("1" 1, "2" 2, "4" 4)
$curve0 << EOD
1 20.12852
2 35.73164
4 35.73693
EOD
$curve1 << EOD
1 9.027723
2 10.9452
4 9.50232
EOD
$curve2 << EOD
1 10.79538
2 14.15124
4 14.6342
EOD
$curve3 << EOD
1 7.604577
2 1.842879
4 1.870047
EOD
$curve4 << EOD
1 10.82071
2 3.850593
4 9.32854
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#009E73' title "64 x lock + Dictionary", \
     $curve3 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#CC79A7' title "ReaderWriterLockSlim + Dictionary", \
     $curve4 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#E69F00' title "lock + Dictionary"
