set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'latency-by-size.svg'
set title "Dependent hits (latency), 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, scalar" noenhanced
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
100 15.7196
1000 19.31539
10000 24.46225
100000 62.5123
1000000 127.2895
1E+07 283.2532
EOD
$curve1 << EOD
100 10.09587
1000 12.33778
10000 20.79263
100000 119.2866
1000000 349.5955
1E+07 665.7197
EOD
$curve2 << EOD
100 6.812412
1000 7.28175
10000 12.54245
100000 22.35741
1000000 83.1062
1E+07 198.4099
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
