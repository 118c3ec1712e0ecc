set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'memory.svg'
set title "Physical memory per pair of 16 bytes\nIntel(R) Xeon(R) Processor @ 2.10GHz, avx512" noenhanced
set grid
set encoding utf8
set key below
set ylabel "bytes per pair (resident set)"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9
set xtics rotate by -20
set yrange [0:*]
$data << EOD
"ShardMap, 100,000" 42.55744 43.29472 44.5
"ConcurrentDictionary, 100,000" 65.69984 125.993 152.875
"Dictionary (sequential), 100,000" 28.50816 65.16736 65.83333
"ShardMap, 1,000,000" 25.22317 33.6896 44.66848
"ConcurrentDictionary, 1,000,000" 59.78112 123.3551 174.9219
"Dictionary (sequential), 1,000,000" 28.68019 46.16602 85.8875
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "reserved", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "grown", \
     $data using 4:xtic(1) lc rgb '#009E73' title "worst moment of growth"
