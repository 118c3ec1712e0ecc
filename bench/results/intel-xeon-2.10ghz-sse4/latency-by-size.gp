set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'latency-by-size.svg'
set title "Dependent hits (latency), 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, sse4" noenhanced
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
100 17.29639
1000 19.83474
10000 24.65974
100000 49.30772
1000000 106.911
1E+07 276.6853
EOD
$curve1 << EOD
100 10.08889
1000 12.11658
10000 18.22239
100000 99.19486
1000000 278.1022
1E+07 643.2544
EOD
$curve2 << EOD
100 6.688862
1000 7.694387
10000 11.08475
100000 19.63012
1000000 70.3332
1E+07 200.6268
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
