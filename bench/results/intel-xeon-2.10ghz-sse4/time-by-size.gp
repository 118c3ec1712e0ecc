set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'time-by-size.svg'
set title "Independent hits, 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, sse4" noenhanced
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
100 7.6557
1000 9.192213
10000 11.71559
100000 19.57781
1000000 35.18085
1E+07 86.48655
EOD
$curve1 << EOD
100 4.95255
1000 5.9331
10000 7.915287
100000 15.72101
1000000 36.1867
1E+07 88.9371
EOD
$curve2 << EOD
100 4.195037
1000 4.561413
10000 3.946925
100000 6.864287
1000000 15.1476
1E+07 41.37925
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
