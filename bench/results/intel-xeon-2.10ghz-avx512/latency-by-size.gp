set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'latency-by-size.svg'
set title "Dependent hits (latency), 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512"
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
100 12.7645
1000 13.67755
10000 21.0516
100000 50.5083
1000000 123.6206
1E+07 262.2808
EOD
$curve1 << EOD
100 10.1426
1000 10.95375
10000 21.47835
100000 107.1052
1000000 312.7934
1E+07 650.8814
EOD
$curve2 << EOD
100 4.59525
1000 4.9409
10000 9.37375
100000 20.1732
1000000 73.8022
1E+07 146.4938
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
