set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'growth-pauses.svg'
set title "Longest operation while growing from empty\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
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
"ShardMap" 9.047909 50.37208 47.42045
"ConcurrentDictionary" 1480.317 1319.114 275.9406
"64 x lock + Dictionary" 6.830305 34.33526 34.42105
"ShardMap, background" 7.428361 68.11703 122.0813
"ShardMap, huge pages" 80.04969 269.2444 151.14
"machine (empty loop)" 171.8944 ? ?
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "insert", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "insert with a reader", \
     $data using 4:xtic(1) lc rgb '#009E73' title "read meanwhile"
