"""How English letters sound: rules and exceptions, as data. See `engine.terms.sounds` for who reads them.

A sound is one character. Vowels: i (see) I (sit) e (say) E (set) a (sat) A (spa, lot) O (law) o (so) u (do) U (put)
V (but) @ (ago) Y (my) W (now) J (boy). Consonants as written, and T (thin) D (this) S (she) Z (vision) C (chin) j (gin)
N (sing) y (yes).
"""

# Each line: what stands before, the letters, what stands after (both regular expressions), the sounds. "-" is nothing.
# Of a letter's rules the first that fits holds.
RULES = """
    -                          a      $                                  e
    ^                          all    $                                  Ol
    ^                          a      (lo|ll|wa|w$|dj|cc|rr|pp|ga|bo|ro|co|ss[aeiou]|tt[aeiou]) @
    -                          arge   (s|d|r|rs)?$                       Arj
    -                          arie   s$                                 Eri
    -                          ary    -                                  @ri
    ^[^aeiouy]*                area   -                                  Eria
    ^                          are    $                                  Ar
    -                          augh   t                                  O
    -                          auge   -                                  ej
    -                          au     -                                  O
    -                          away   -                                  @we
    -                          aware  -                                  @wEr
    -                          award  -                                  @wOrd
    -                          aw     -                                  O
    -                          air    -                                  Er
    -                          aigh   -                                  e
    -                          ai     -                                  e
    -                          ay     -                                  e
    -                          ae     -                                  i
    -                          ah     ([^aeiouy]|$)                      A
    -                          aa     -                                  A
    -                          arr    -                                  ar
    -                          are    (s|d)?$                            Er
    -                          ar     [ei]                               Er
    w                          ar     ([^aeiouy]|$)                      Or
    .[aeiou][a-z]*[^aeiouy]    ar     (d|ds|s|ly)?$                      @r
    -                          ar     -                                  Ar
    -                          all    (s|ed|ing|y|er)?$                  Ol
    -                          alk    -                                  Ok
    -                          al     [td]                               Ol
    -                          alm    -                                  Am
    .*[^aeiouy]                al     (s|ly|ism|ist)?$                   @l
    gu                         age    -                                  Ij
    [aeiouy].*[^aeiouy]        age    (s|d|r|rs)?$                       Ij
    -                          ange   -                                  enj
    -                          ang    ing                                enj
    -                          aste   -                                  est
    -                          atche  -                                  aC
    -                          atch   -                                  aC
    -                          a      ti(on|ons|onal|ent|ents)           e
    -                          a      tie                                e
    -                          a      ci(ous|al|e)                       e
    [^aeiou]                   ate    (s|ly)?$                           et
    -                          a      bl(e|es|y)$                        @
    -                          a      bili                               @
    [w]                        a      (tch|sh|s$|n|t)                    A
    qu                         a      [^rkge]                            A
    -                          a      [^aeiouxw](e|es|ed|er|ers|ing|ings|y|ely|or|ors)$ e
    -                          a      [^aeiouxwy]e[mnl]                  e
    -                          a      (th|gu|st)e                        e
    -                          a      [bcdgkpt][lr]e                     e
    -                          a      [^aeiouywx]i[aou]                  e
    -                          a      $                                  @
    .*[aeiouy].*[^aeiouy]      a      nt(s|ly)?$                         @
    .*[aeiouy].*[^aeiouy]      a      nce(s|d)?$                         @
    -                          a      -                                  a
    -                          bb     -                                  b
    m                          b      (s|ed|ing)?$                       -
    -                          b      t(s|ed|or|ors)?$                   -
    -                          b      -                                  b
    -                          cch    -                                  k
    te                         ch     -                                  k
    ^                          chara  -                                  kar@
    s                          ch     (?=oo|em|ol)                       k
    -                          ch     (r|l|ae|em|or)                     k
    -                          ch     -                                  C
    s                          c      [eiy]                              -
    -                          cc     [eiy]                              ks
    -                          cc     -                                  k
    -                          ci     (a|ou|en)                          S
    -                          ce     an                                 S
    -                          ck     -                                  k
    -                          c      qu                                 -
    -                          c      [eiy]                              s
    -                          c      -                                  k
    -                          dge    -                                  j
    -                          dg     -                                  j
    -                          dd     -                                  d
    -                          d      -                                  d
    -                          eigh   -                                  e
    -                          ei     (n|l)                              e
    c                          ei     -                                  i
    -                          ei     -                                  Y
    -                          ear    (n|l|ch|th)                        Er
    -                          ear    -                                  ir
    -                          ead    (s|y|ed)?$                         Ed
    -                          ea     (lth|sure|ther|vy|v[ei]n|nt|dth|lous|dow) E
    -                          eau    -                                  o
    -                          ea     t(e|ing|ion|or)                    ie
    -                          eath   $                                  ET
    -                          ea     (s|l|n)?$                          i
    -                          ea     -                                  i
    -                          eer    -                                  ir
    ^                          eer    -                                  ir
    -                          ee     -                                  i
    -                          eu     -                                  yu
    [nd]                       ew     -                                  u
    -                          ew     -                                  yu
    [aeiouy]?[^aeiouy]         e      w(a|ei|or|ri)                      I
    [rlj]                      ew     -                                  u
    -                          ey     $                                  i
    -                          ey     s$                                 i
    ^                          ey     -                                  Y
    -                          ere    $                                  ir
    -                          err    -                                  Er
    -                          er     i(a|o|e|ng)                        ir
    .*[aeiouy].*               er     (s|ed|ing|ly)?$                    @r
    -                          er     [ay]                               @r
    -                          er     -                                  Vr
    [aeiouy].*[td]             e      d$                                 I
    [aeiouy].*                 e      d$                                 -
    [aeiouy].*([sxzc]|ch|sh|g) e      s$                                 I
    -                          every  -                                  Evri
    [aeiouy].*                 e      s?$                                -
    [aeiouy].*[^aeiouy]        e      (line|time|where|one|thing|body|man|ware|work|page|site|place|stamp|board|ty) -
    [aeiouy].*                 e      (ly|ment|ments|less|ful|fully|ness)$ -
    ^                          eve    ry                                 Ev
    ^[^aeiouy]*                e      $                                  i
    .*[aeiouy].*[td]           e      n(s|ed|ing)?$                      @
    .*[aeiouy].*               e      n(t|ts|ce|ces|cy|tly)?$            @
    .*[aeiouy].*               e      ls?$                               @
    ^                          e      [^aeiouyrx][aeiou]                 I
    ^[^aeiouy]+                e      [^aeiouyxrw](e|es|ed|er|al|als|ing)$ i
    ^[rpbd]r?                  e      [^aeiouyrxw][lr]?[aeiouy]          I
    -                          eo     (ple|pard)                         i
    -                          equi   -                                  Ekwi
    -                          e      -                                  E
    f                          f      -                                  -
    -                          f      -                                  f
    -                          gh     (t|s|ed|$)                         -
    -                          gh     -                                  g
    -                          gg     -                                  g
    -                          gn     (s|ed|er|ing)?$                    n
    ^                          gn     -                                  n
    be                         g      in                                 g
    for|tar                    g      et                                 g
    -                          gue    s?$                                g
    -                          gu     [aei]                              g
    ^                          g      (et|iv|irl|ift|ear$)               g
    n                          g      (er|ers|ed|ing|ings|y)?$           -
    -                          g      [eiy]                              j
    -                          g      -                                  g
    n                          gu     -                                  gw
    ^                          hour   -                                  Wr
    ^                          hono   -                                  Ano
    ^                          heir   -                                  Er
    -                          h      [aeiouy]                           h
    -                          h      -                                  -
    -                          igh    -                                  Y
    -                          ign    (s|ed|er|ing)?$                    Yn
    ^.{0,3}                    ied    $                                  Yd
    -                          ied    $                                  id
    ^.{0,2}                    ies    $                                  Yz
    -                          ies    $                                  iz
    -                          ie     (f|v|ld|ce|ge|s?$)                 i
    v                          iew    -                                  yu
    ^.{0,2}                    ie     $                                  Y
    -                          ie     t                                  YE
    -                          ie     nt                                 i@
    -                          ier    -                                  i@r
    -                          ie     -                                  i
    -                          io     u                                  i
    -                          io     -                                  io
    -                          ia     -                                  ia
    -                          ique   -                                  ik
    ^h                         ier    -                                  Yr
    -                          ir     [aeiou]                            Yr
    -                          irr    -                                  ir
    -                          ir     -                                  Vr
    -                          ind    (s|ed|ing|er)?$                    Ynd
    -                          ild    $                                  Yld
    -                          ise    (s|d|r|rs)?$                       Yz
    -                          ism    s?$                                Iz@m
    -                          ire    (s|d|r|rs)?$                       Yr
    -                          iring  $                                  YrIN
    ^b                         ia     s                                  Y@
    ^[^aeiouy]*                ia     l                                  Y@
    -                          iou    s                                  i@
    -                          io     d                                  i@
    -                          i      z(e|es|ed|ing|ation|ations)$       Y
    -                          i      tis                                Y
    ^[^aeiouy]*                ive    (s|d|r|rs)?$                       Yv
    -                          ive    (s|ly|ness)?$                      Iv
    ^[^aeiouy]*[^aeiouy]       ine    (s|d|r|rs)?$                       Yn
    -                          ine    (s|d)?$                            In
    [aeiouy].*                 ice    s?$                                Is
    [aeiouy].*                 ite    s?$                                It
    -                          i      [^aeiouyx](e|es|ed|er|ers)$        Y
    ^[^aeiouy]*                i      [^aeiouyxvszmlntp](ing|or|al|als)$ Y
    -                          i      [bdt]le                            Y
    ^                          i      ([dt]e|[dt]i$)                     Y
    -                          i      $                                  i
    -                          i      -                                  I
    -                          jj     -                                  j
    -                          j      -                                  j
    ^                          k      n                                  -
    -                          kk     -                                  k
    -                          k      -                                  k
    -                          lle    $                                  l
    -                          ll     $                                  l
    -                          ll     -                                  l
    [bcdfgkpstz]               le     (s|d|r|rs)?$                       @l
    [aou]                      l      (f|ve|k|m)(s|ed|ing)?$             -
    -                          l      -                                  l
    -                          mm     -                                  m
    -                          mn     $                                  m
    -                          m      -                                  m
    -                          nn     -                                  n
    -                          ng     (er|th|ed)?$                       N
    -                          ng     (s|ing|ings|ers)?$                 N
    -                          nge    s?$                                nj
    -                          ng     [eiy]                              nj
    -                          ng     -                                  Ng
    -                          n      [kqx]                              N
    -                          n      -                                  n
    [tr]                       ough   (ly|er|est|s)                      Vf
    [tr]                       ough   $                                  Vf
    en                         ough   $                                  Vf
    th?r                       ough   -                                  u
    -                          ough   t                                  O
    -                          ough   $                                  o
    -                          ould   -                                  Ud
    -                          ound   -                                  Wnd
    -                          our    -                                  Or
    ^                          our    (s|selves)?$                       Wr
    -                          ous    (ly|ness)?$                        @s
    -                          ou     (p|t?h$|gh)                        u
    [yc]                       ou     (n|pl|ntry|sin)                    V
    -                          ou     -                                  W
    (^|[rlnkshg]|sh)           own    (s|ed|er|ers|ing)?$                on
    (kn)                       ow     -                                  o
    ^                          owe    [sd]?$                             o
    ^[^aeiou]?[lmr]            ower   -                                  o@r
    -                          ow     (n|ns|ned|er|ers|d|ds|l|ning)$     W
    -                          own    -                                  Wn
    [rlnshd]                   ow     (s|ed|ing|th)?$                    o
    -                          ow     -                                  W
    -                          oh     ([^aeiouy]|$)                      o
    -                          oy     -                                  J
    -                          oi     -                                  J
    -                          oar    -                                  Or
    -                          oa     -                                  o
    -                          ook    -                                  Uk
    g                          oo     d                                  U
    -                          oor    -                                  Or
    -                          oo     -                                  u
    -                          oe     s?$                                o
    -                          oe     -                                  i
    [w]                        or     (d|k|l|s|m|th)                     Vr
    [aeiouy].*[^aeiouy]        or     (s|ed|y|ing)?$                     @r
    -                          or     -                                  Or
    -                          old    -                                  old
    -                          oll    (s|ed|er|ing)?$                    ol
    -                          olk    -                                  ok
    -                          ost    (s|ly|ed|er)?$                     ost
    -                          oth    (er|ers)                           VD
    [aeiouy].*[stcg]i          on     (s|al|ally|ed|ing)?$               @n
    [aeiouy].*[^aeiouyw]       on     (s|ed|ing)?$                       @n
    [aeiouy].*[^aeiouy]        om     s?$                                @m
    ^                          over   -                                  ov@r
    -                          omeb   -                                  Vmb
    -                          ome    (s|th|w|o)                         Vm
    -                          one    self                               wVn
    -                          o      v(e|er|es|ed|ering|en)$            o
    -                          o      [^aeiouywx](e|es|ed|er|ers|ing|ings|y)$ o
    -                          olve   -                                  Alv
    -                          o      [^aeiouywx]ic                      A
    -                          o      (ti|si|ci)o                        o
    -                          o      [^aeiouywx]i?(a|u)[a-z]?           o
    -                          o      (s|es)?$                           o
    -                          o      [bcdgpt][lr]e                      o
    -                          o      ne                                 o
    -                          o      -                                  A
    -                          ph     -                                  f
    ^                          p      [sn]                               -
    -                          pp     -                                  p
    -                          p      -                                  p
    -                          que    s?$                                k
    -                          qu     [aeio]                             kw
    -                          qu     -                                  k
    -                          q      -                                  k
    -                          rrh    -                                  r
    -                          rr     -                                  r
    -                          rh     -                                  r
    -                          r      -                                  r
    -                          sch    [oea]                              sk
    -                          sh     -                                  S
    [aeiou]                    si     on                                 Z
    -                          ssi    on                                 S
    -                          si     on                                 S
    -                          ssure  -                                  S@r
    [aeiou]                    sure   -                                  Z@r
    [aeiou]                    su     al                                 Zu@
    ^                          s      ugar                               S
    [aeiou]                    sc     [eiy]                              s
    -                          ss     -                                  s
    -                          sw     or                                 s
    [aeiouy].*[aeiou]          se     (d)?$                              z
    [bdgvmnlr]                 s      $                                  z
    [aeiouyw]                  s      (e|es|ed|ing|y|er)$                z
    [tpkf]e                    s      $                                  s
    [aeou]                     s      $                                  z
    [aeiou]                    s      m                                  z
    -                          s      -                                  s
    -                          sten   $                                  t@n
    -                          tch    -                                  C
    -                          ti     (on|ons|al|ally|ent|ents|ous|ously|a$|an|ence) S
    -                          tial   -                                  S@l
    -                          tt     -                                  t
    -                          ture   (s|d)?$                            C@r
    [aeiouy].*                 tur    -                                  C@r
    -                          tu     (a|o)                              Cu
    ^                          tech   -                                  tEk
    ^                          th     (e|is|at|an|ere|ese|ose|ey|em|en|us|ough|ough|eir|emselves|o|is)$ D
    [aeiou]                    th     (er|ers|ing|e)                     D
    -                          th     -                                  T
    -                          ten    $                                  t@n
    s                          t      (le|les|en|ens|ening)$             -
    -                          t      -                                  t
    q                          ui     r                                  wY
    -                          ui     (t|s|ce)                           u
    g                          u      [aeiy]                             -
    b                          uy     (s|er|ers|ing)?$                   Y
    g                          uy     -                                  Y
    -                          uy     -                                  Y
    b                          uil    -                                  Il
    -                          urr    -                                  Vr
    s                          ure    -                                  Ur
    l                          ure    -                                  y@r
    ^[^aeiou]*[dj]             ur     [iy]                               ur
    -                          ure    (s|d|r)?$                          yur
    -                          ur     [aiuo]                             yur
    -                          ur     -                                  Vr
    [bpf]                      u      (ll|sh|t$|tting)                   U
    [rljsSC]                   u      [^aeiouy](e|es|ed|ing|al|als|er|or|i|y) u
    -                          ume    (s|d|r)?$                          um
    q                          u      -                                  w
    -                          u      [^aeiouyx](e|es|ed|ing|al|als|er|ers|or|i|y|a|u|o) yu
    ^                          u      (n[ia]|s[aeiu]|t[ie])              yu
    [rljs]                     ue     (s|d)?$                            u
    -                          ue     (s|d)?$                            yu
    -                          u      $                                  u
    [aeiouy].*[^aeiouy]        u      m(s)?$                             @
    [aeiouy].*[^aeiouy]        u      s$                                 @
    -                          u      [aeiou]                            u
    -                          u      -                                  V
    -                          vv     -                                  v
    -                          v      -                                  v
    ^                          wr     -                                  r
    ^                          who    (s|m|se|le|lly)?$                  hu
    -                          wh     -                                  w
    -                          w      -                                  w
    ^                          x      -                                  z
    -                          x      c[eiy]                             k
    ^e                         x      [aeiou]                            gz
    -                          x      -                                  ks
    ^                          y      [aeiou]                            y
    ^                          you    (r|rs|rself)?$                     yu
    -                          y      [^aeiouy]+e$                       Y
    ^[^aeiou]+                 y      $                                  Y
    r?e?pl|^[^aeiou]*[lr]e?l|[^aeiouy]pl y      (ing)?$                            Y
    [aeiouy].*f                y      (ing)?$                            Y
    -                          y      (s|ing)?$                          i
    ^[^aeiou]?[^aeiou]?        y      (p|c|b|d|n|r|g)[^aeiouy]?[aeiou]   Y
    -                          y      (ing|ed)                           i
    -                          y      -                                  I
    -                          zz     -                                  z
    -                          z      -                                  z
"""

# Words that the rules read wrongly, each with its sounds.
EXCEPTIONS = """
    again @gEn  against @gEnst  aha AhA  ai eY  aisle Yl  algorithm alg@rID@m  allow @lW  almost Olmost  also Olso
    always Olwez  answer ans@r  any Eni  anyone EniwVn  area Eri@  areas Eri@z  ballet bale  been bIn  being biIN
    beyond bIyAnd  bias bY@s  biased bY@st  biases bY@sIz  both boT  bowl bol  buffet bVfe  busied bIzid
    business bIzn@s  busy bIzi  cauliflower kOliflW@r  caviar kaviAr  choir kwY@r  climb klYm  cloth klOT
    clothes kloz  colonel kVrn@l  column kAl@m  columns kAl@mz  comb kom  come kVm  coming kVmIN  conscious kAnS@s
    cough kOf  couple kVp@l  cover kVv@r  crucial kruS@l  data det@  database det@bes  debut debyu  depot dipo
    die dY  do du  does dVz  doing duIN  donahue dAn@hyu  done dVn  double dVb@l  dove dVv  eager ig@r  echo Eko
    england INgl@nd  facet fasIt  fasten fas@n  final fYn@l  flood flVd  friend frEnd  front frVnt  gaol jel
    gas gas  genre ZAnr@  give gIv  gives gIvz  going goIN  gone gOn  great gret  have hav  having havIN  heard hVrd
    heart hArt  height hYt  hey he  honest AnIst  honor An@r  honour An@r  how hW  html etCtiemEl  i Y  idea Ydia
    into Intu  iron Yrn  is Iz  island Yl@nd  issue ISu  issues ISuz  knowledge nAlIj  language laNgwIj  laugh laf
    laughter laft@r  lawyer lOy@r  liability lY@bIlIti  lie lY  linear lIni@r  listen lIs@n  live lIv  lives lIvz
    log lOg  login lOgIn  longer lONg@r  lose luz  losing luzIN  loss lOs  love lVv  machine m@Sin  many mEni
    marriott mEri@t  maybe mebi  micro mYkro  minute mInIt  minutes mInIts  modern mAd@rn  monday mVnde  money mVni
    month mVnT  move muv  moved muvd  naive nYiv  niche niS  ninety nYnti  nobody nobAdi  none nVn  nothing nVTIN
    now nW  nowhere nowEr  obey obe  ocean oS@n  of Vv  off Of  often Of@n  oh o  ohm om  ok oke  once wVns  one wVn
    ones wVnz  only onli  our Wr  ours Wrz  oven Vv@n  pi pY  pie pY  pint pYnt  poor pur  pretty prIti  prove pruv
    psych sYk  psycho sYko  quay ki  queue kyu  quite kwYt  ratio reSio  react riakt  reality rialIti  region rij@n
    reliability rIlY@bIlIti  rhea ri@  rows roz  said sEd  says sEz  science sY@ns  sew so  shall Sal  shoe Su
    shoes Suz  shoulder Sold@r  shows Soz  sieve sIv  social soS@l  soldier solj@r  some sVm  son sVn  soul sol
    sow sW  steak stek  sugar SUg@r  sure SUr  sword sOrd  target tArgIt  tego tigo  the D@  their DEr  there DEr
    they De  thorough TVro  threw Tru  through Tru  tidy tYdi  tie tY  to tu  together t@gED@r  tomb tum  tongue tVN
    touch tVC  toward t@wOrd  two tu  us Vs  usual yuZu@l  variable vEri@b@l  variance vEri@ns  various vEri@s
    vehicle vi@k@l  very vEri  via vY@  virus vYr@s  voir vwAr  water wOt@r  wear wEr  wears wEr  were wVr  what wVt
    where wEr  whole hol  wolf wUlf  woman wUm@n  women wIm@n  won wVn  yacht yAt  yes yEs  you yu  zero ziro
"""

LETTER_NAMES = """
    a e  b bi  c si  d di  e i  f Ef  g ji  h eC  i Y  j je  k ke  l El  m Em  n En  o o  p pi  q kyu  r Ar  s Es  t ti
    u yu  v vi  w dVb@lyu  x Eks  y wY  z zi
"""
