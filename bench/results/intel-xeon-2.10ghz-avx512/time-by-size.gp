set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'time-by-size.svg'
set title "Independent hits, 8+8 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
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
100 4.723937
1000 4.927075
10000 7.064275
100000 15.10438
1000000 25.187
1E+07 58.8755
EOD
$curve1 << EOD
100 5.056687
1000 5.82865
10000 7.005038
100000 17.90539
1000000 34.37555
1E+07 86.60835
EOD
$curve2 << EOD
100 3.144712
1000 3.3154
10000 2.3396
100000 3.986687
1000000 10.0704
1E+07 19.66075
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "ShardMap", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#D55E00' title "ConcurrentDictionary", \
     $curve2 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#009E73' title "floor: hash + load"
