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
1 16.56785
2 20.17643
4 18.30879
EOD
$curve1 << EOD
1 7.245684
2 5.896893
4 8.398228
EOD
$curve2 << EOD
1 6.650376
2 9.188583
4 9.440195
EOD
$curve3 << EOD
1 4.76378
2 5.805338
4 4.971345
EOD
$curve4 << EOD
1 7.995202
2 7.620045
4 9.054294
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#009E73' title "64 x lock + Dictionary", \
     $curve3 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#CC79A7' title "ReaderWriterLockSlim + Dictionary", \
     $curve4 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#E69F00' title "lock + Dictionary"
