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
"ShardMap, 100,000" 42.51648 43.95008 44.5
"ConcurrentDictionary, 100,000" 65.61792 125.8701 152.8125
"Dictionary (sequential), 100,000" 28.50816 65.00352 65.66667
"ShardMap, 1,000,000" 25.23136 33.6937 44.67935
"ConcurrentDictionary, 1,000,000" 59.78522 123.351 174.9062
"Dictionary (sequential), 1,000,000" 28.68019 46.20288 86
"ShardMap, 10,000,000" 23.5266 26.89393 67.15556
"ConcurrentDictionary, 10,000,000" 109.6884 78.98644 174.9062
"Dictionary (sequential), 10,000,000" 28.07685 56.05745 85.82558
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "reserved", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "grown", \
     $data using 4:xtic(1) lc rgb '#009E73' title "worst moment of growth"
