set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'full-gc.svg'
set title "One full blocking collection\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
set grid
set encoding utf8
set key below
set ylabel "milliseconds"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9
set xtics rotate by -20
set logscale y 10
$data << EOD
"ShardMap, 100,000" 0.0569 0.0597
"ConcurrentDictionary, 100,000" 0.2597 2.5295
"Dictionary (sequential), 100,000" 0.0535 0.0578
"ShardMap, 1,000,000" 0.0776 0.0865
"ConcurrentDictionary, 1,000,000" 0.3321 33.7858
"Dictionary (sequential), 1,000,000" 0.0496 0.0617
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "without the map", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "with the map"
