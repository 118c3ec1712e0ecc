set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'time-by-size.svg'
set title "Independent hits, 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, scalar" noenhanced
set grid
set encoding utf8
set key below
set xlabel "pairs in the map"
set ylabel "nanoseconds"
set logscale x 10
set logscale y 10
set arrow from first 2048, graph 0 to first 2048, graph 1 nohead dt 3 lc rgb '#888888'
set label "L1" at first 2048, graph 0.97 offset 0.4,0 tc rgb '#666666'
set arrow from first 87381.33, graph 0 to first 87381.33, graph 1 nohead dt 3 lc rgb '#888888'
set label "L2" at first 87381.33, graph 0.97 offset 0.4,0 tc rgb '#666666'
set arrow from first 1.135957E+07, graph 0 to first 1.135957E+07, graph 1 nohead dt 3 lc rgb '#888888'
set label "L3" at first 1.135957E+07, graph 0.97 offset 0.4,0 tc rgb '#666666'
$curve0 << EOD
100 8.49195
1000 12.1472
10000 12.71324
100000 24.878
1000000 41.07525
1E+07 86.1047
EOD
$curve1 << EOD
100 5.38455
1000 6.372475
10000 8.003462
100000 19.6451
1000000 39.91825
1E+07 90.7666
EOD
$curve2 << EOD
100 4.389238
1000 4.5426
10000 4.436713
100000 8.013625
1000000 16.68045
1E+07 45.59005
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
