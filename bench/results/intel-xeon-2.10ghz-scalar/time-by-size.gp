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
100 8.50495
1000 9.36545
10000 10.03835
100000 25.6963
1000000 60.1406
1E+07 96.6796
EOD
$curve1 << EOD
100 5.36885
1000 5.89125
10000 6.2546
100000 18.10175
1000000 49.159
1E+07 82.7104
EOD
$curve2 << EOD
100 2.52695
1000 2.73965
10000 3.45695
100000 7.9172
1000000 21.5954
1E+07 39.1156
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
