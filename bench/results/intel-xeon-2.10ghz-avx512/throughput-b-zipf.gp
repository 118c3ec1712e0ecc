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
1 45.56585
2 71.92932
4 70.89358
EOD
$curve1 << EOD
1 22.21046
2 38.06943
4 37.38071
EOD
$curve2 << EOD
1 13.15206
2 17.44709
4 16.28874
EOD
$curve3 << EOD
1 10.12518
2 4.040906
4 3.461516
EOD
$curve4 << EOD
1 13.45904
2 6.467301
4 10.73623
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#009E73' title "64 x lock + Dictionary", \
     $curve3 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#CC79A7' title "ReaderWriterLockSlim + Dictionary", \
     $curve4 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#E69F00' title "lock + Dictionary"
