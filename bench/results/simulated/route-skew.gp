set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'route-skew.svg'
set title "Skew of a ring, 12 nodes" noenhanced
set grid
set encoding utf8
set key below
set xlabel "virtual nodes per node"
set ylabel "most slots of a node, divided by its share"
set logscale x 10
set yrange [0:*]
$curve0 << EOD
1 3.241699
2 2.581787
4 1.935791
8 1.653809
16 1.38501
32 1.294189
64 1.195312
128 1.148438
256 1.111084
512 1.077393
1024 1.061279
2048 1.05835
EOD
$curve1 << EOD
1 3.105484
2 2.422086
4 1.96366
8 1.660739
16 1.462921
32 1.301744
64 1.216402
128 1.155853
256 1.116034
512 1.085162
1024 1.068216
2048 1.05747
EOD
plot $curve0 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 1 lc rgb '#0072B2' title "simulated", \
     $curve1 using 1:2 with linespoints pt 7 ps 0.5 lw 2 dt 2 lc rgb '#D55E00' title "theory"
