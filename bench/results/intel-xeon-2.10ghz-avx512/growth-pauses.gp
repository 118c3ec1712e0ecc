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
"ShardMap" 1.266259 4.045628 2.859844
"ConcurrentDictionary" 934.6694 1347.254 259.8844
"64 x lock + Dictionary" 12.40758 14.05583 14.9148
"ShardMap, background" 2.562078 4.138121 4.04254
"ShardMap, huge pages" 21.77281 23.86092 21.35774
"machine (empty loop)" 2.557476 ? ?
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "insert", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "insert with a reader", \
     $data using 4:xtic(1) lc rgb '#009E73' title "read meanwhile"
