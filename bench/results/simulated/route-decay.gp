set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'route-decay.svg'
set title "Throughput by cause, as a multiple of 12 nodes with equal keys" noenhanced
set grid
set encoding utf8
set key below
set ylabel "simulated keys per second, relative"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9
set xtics rotate by -20
set logscale y 10
$data << EOD
"12 nodes, equal keys" 1 0.9996903
"nodes 1" 0.2078382 0.2078382
"nodes 3" 0.4898393 0.4898447
"nodes 6" 0.7428101 0.742351
"nodes 12" 1 0.9996903
" ring 1" 0.5364866 0.5367243
" ring 16" 0.8959848 0.8954099
" ring 128" 0.9542769 0.9540648
" ring 1024" 0.9826412 0.983871
" Zipf 0.5" 0.9955749 0.9956177
" Zipf 0.9" 0.8002894 0.8004556
" Zipf 0.99" 0.6993703 0.6993854
" Zipf 1.2" 0.4902179 0.4897842
"near cache, Zipf 0.5" 1.033284 1.034511
"near cache, Zipf 0.9" 1.237143 1.239503
"near cache, Zipf 0.99" 1.381581 1.381084
"near cache, Zipf 1.2" 2.357803 2.353671
" 1 % MOVED" 0.9608964 0.9606786
" 8.3 % MOVED" 0.7852105 0.7857666
" 33.3 % MOVED" 0.6009544 0.6010856
" 100 % MOVED" 0.5007244 0.5007323
"near hits 50 %" 1.272189 1.27293
"near hits 90 %" 3.174027 3.245252
"near hits 99 %" 16.40138 17.7643
"delay 0.05 ms" 1 0.9996903
"delay 0.5 ms" 0.9996783 0.9996903
"delay 1 ms" 0.9541151 0.9663292
"delay 5 ms" 0.1960889 0.196134
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "simulated", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "model"
