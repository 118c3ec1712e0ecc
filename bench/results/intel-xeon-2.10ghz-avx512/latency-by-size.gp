set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'latency-by-size.svg'
set title "Dependent hits (latency), 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
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
100 12.95829
1000 15.20691
10000 19.6322
100000 52.4175
1000000 95.5105
1E+07 265.0155
EOD
$curve1 << EOD
100 10.72846
1000 11.947
10000 19.92989
100000 110.2901
1000000 252.8518
1E+07 611.8315
EOD
$curve2 << EOD
100 5.063125
1000 5.831613
10000 8.598088
100000 18.17389
1000000 67.9213
1E+07 177.4588
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
