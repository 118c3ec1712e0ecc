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
"ShardMap, 100,000" 0.0998 0.105
"ConcurrentDictionary, 100,000" 0.5306 3.4617
"Dictionary (sequential), 100,000" 0.0696 0.0549
"ShardMap, 1,000,000" 0.0732 0.0778
"ConcurrentDictionary, 1,000,000" 0.4195 27.6477
"Dictionary (sequential), 1,000,000" 0.0634 0.0616
"ShardMap, 10,000,000" 0.1102 0.0953
"ConcurrentDictionary, 10,000,000" 0.3456 420.714
"Dictionary (sequential), 10,000,000" 0.0498 0.0646
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "without the map", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "with the map"
