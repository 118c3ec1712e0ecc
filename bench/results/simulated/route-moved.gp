set terminal svg size 840,480 dynamic background '#ffffff' font 'sans-serif,13'
set output 'route-moved.svg'
set title "Share of the slots that move" noenhanced
set grid
set encoding utf8
set key below
set ylabel "share of all slots"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9
set xtics rotate by -20
set yrange [0:*]
$data << EOD
"ring 1" 0.2544556 0.06768799 0.328125 0.328125
"ring 16" 0.2427368 0.1037598 0.3433228 0.3433228
"ring 64" 0.2426758 0.114563 0.3400879 0.3400879
"ring 128" 0.2454224 0.1088867 0.3375854 0.3375854
"ring 512" 0.2474976 0.1114502 0.3369751 0.3369751
"ring 1024" 0.2498169 0.1114502 0.3347778 0.3347778
"ring 128, bound 1.05" 0.2587891 0.1193848 0.3470459 0.3470459
"rendezvous" 0.2501831 0.1115723 0.3329468 0.3329468
"jump" 0.2470093 0.1082153 0.328186 0.328186
"least moves" 0.25 0.111084 0.333252 0.333374
EOD
set datafile missing '?'
plot $data using 2:xtic(1) lc rgb '#0072B2' title "3 to 4 nodes", \
     $data using 3:xtic(1) lc rgb '#D55E00' title "8 to 9 nodes", \
     $data using 4:xtic(1) lc rgb '#009E73' title "8 to 12 nodes", \
     $data using 5:xtic(1) lc rgb '#CC79A7' title "12 to 8 nodes"
